"""Payload encryption: AES-256-GCM with a key ring, so that keys rotate without losing old histories."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

ENCODING = b"binary/leadrelay-aes256gcm"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SHOWN = 100


class CodecError(Exception):
    """A payload cannot be read; the message says which key it wants, never what it holds."""


class EncryptionCodec(PayloadCodec):
    """Encrypts everything that leaves the process, summaries included. The first key encrypts, all decrypt."""

    def __init__(self, key_ring: Sequence[tuple[str, bytes]]) -> None:
        if not key_ring:
            raise ValueError("The key ring is empty")
        self._active = key_ring[0][0]
        self._ciphers = {key_id: AESGCM(key) for key_id, key in key_ring}

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Encrypt each payload under the active key, whose id goes along in clear."""
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Decrypt what this codec encrypted and pass everything else through. Raises CodecError."""
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE_BYTES)
        # The key id is authenticated with the data, so a payload cannot be relabelled.
        data = self._ciphers[self._active].encrypt(nonce, payload.SerializeToString(), self._active.encode())
        return Payload(metadata={"encoding": ENCODING, "key": self._active.encode()}, data=nonce + data)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding", b"") != ENCODING:
            return payload
        key_id = payload.metadata.get("key", b"").decode("utf-8", "replace")[:_SHOWN]
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise CodecError(f"The payload needs the key '{key_id}', which is not in the key ring")
        if len(payload.data) < _NONCE_BYTES + _TAG_BYTES:
            raise CodecError("The payload is shorter than anything that was ever encrypted")
        try:
            plain = cipher.decrypt(payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:], key_id.encode())
        except InvalidTag:
            raise CodecError(f"The payload does not open with the key '{key_id}': wrong key or damaged data") from None
        try:
            return Payload.FromString(plain)
        except DecodeError:
            raise CodecError(f"What the key '{key_id}' opens is not a payload") from None
