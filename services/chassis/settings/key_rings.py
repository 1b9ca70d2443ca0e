"""Key rings as they are written in the environment."""

from __future__ import annotations

import base64
import binascii


def parse_key_ring(text: str) -> list[tuple[str, bytes]]:
    """Read `id:base64key,id2:base64key`. Raises ValueError without ever repeating the key."""
    ring: list[tuple[str, bytes]] = []
    for position, part in enumerate(text.split(","), start=1):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise ValueError(f"key {position} is not base64") from None
        if not key_id or len(key) != 32:
            raise ValueError(f"key {position} must be `id:` and 32 bytes in base64")
        ring.append((key_id, key))
    if len({key_id for key_id, _ in ring}) != len(ring):
        raise ValueError("two keys have the same id")
    return ring
