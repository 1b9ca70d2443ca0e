"""A token issuer for the embedded stack and the tests: one Ed25519 key in a directory.

`leadrelay.identity_provider` puts a page and the OIDC endpoints before it. The production profile trusts none of its
tokens.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from services.chassis.settings import DEV_ISSUER

_KEY_FILE = "dev-issuer.pem"
_JWKS_FILE = "jwks.json"


class DevIssuer:
    """Mints tokens with the key in `directory`; `jwks` is the file the services verify them with."""

    def __init__(self, directory: Path, *, issuer: str = DEV_ISSUER, audience: str = "leadrelay") -> None:
        self.issuer = issuer
        self.audience = audience
        self.jwks = directory / _JWKS_FILE
        self._key = _load_or_make(directory / _KEY_FILE)
        public = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.kid = "dev-" + hashlib.sha256(public).hexdigest()[:16]

    @classmethod
    def open(cls, directory: Path, name: str | None = None) -> DevIssuer:
        """The issuer in this directory, made if there is none yet (the key readable by its owner only).

        `name` is what its tokens call it, if it is not the development issuer.
        """
        directory.mkdir(parents=True, exist_ok=True)
        issuer = cls(directory, issuer=name or DEV_ISSUER)
        issuer.write_jwks()
        return issuer

    def write_jwks(self) -> None:
        """Publish the public key next to the private one, by rename so that nobody reads half a file."""
        entry = OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        document = {"keys": [{**entry, "kid": self.kid, "use": "sig", "alg": "EdDSA"}]}
        fresh = self.jwks.with_name(f"{self.jwks.name}.{os.getpid()}")
        fresh.write_text(json.dumps(document, indent=2), encoding="utf-8")
        fresh.replace(self.jwks)

    def mint(self, *, tier: str, role: str, person: str, name: str = "", ttl: timedelta = timedelta(hours=12)) -> str:
        """A bearer token for this person, who is called `name`; with a negative `ttl`, one that has already expired."""
        named = {"sub": person, "tier": tier, "role": role} | ({"name": name} if name else {})
        return self.sign({"iss": self.issuer, "aud": self.audience, **named}, ttl)

    def sign(self, claims: Mapping[str, Any], ttl: timedelta) -> str:
        """A JWT with these claims, good for `ttl` from now."""
        now = datetime.now(UTC)
        dated = {**claims, "iat": now, "exp": now + ttl}
        return jwt.encode(dated, self._key, algorithm="EdDSA", headers={"kid": self.kid})

    def read(self, token: str, *, audience: str) -> Mapping[str, Any]:
        """The claims of a token of ours that is meant for this audience. Raises jwt.PyJWTError."""
        claims: Mapping[str, Any] = jwt.decode(
            token, self._key.public_key(), algorithms=["EdDSA"], audience=audience, options={"require": ["exp", "sub"]}
        )
        return claims


def _load_or_make(path: Path) -> Ed25519PrivateKey:
    try:
        # O_EXCL decides who makes the key when two processes start at once.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _load(path)
    key = Ed25519PrivateKey.generate()
    with os.fdopen(handle, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return key


def _load(path: Path) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path} is not an Ed25519 key")
    return key
