"""The signature of a switchboard's events: HMAC-SHA256 over the time and the body, valid for five minutes.

Header `Leadrelay-Signature: t=<unix seconds>,v1=<hex>`; signed is `<t>.<body>`.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "Leadrelay-Signature"
TOLERANCE_SECONDS = 300


class BadSignatureError(ValueError):
    """An event that is not from our switchboard, or too old; the message says which."""


def sign(key: bytes, body: bytes, at: int) -> str:
    """The header for this body, sent at `at` (unix seconds)."""
    return f"t={at},v1={_digest(key, body, at)}"


def verify(key: bytes, header: str, body: bytes, now: float) -> None:
    """Raises BadSignatureError unless the header was made with our key for this body within five minutes."""
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    at, given = parts.get("t", ""), parts.get("v1", "")
    if not at.isascii() or not at.isdigit() or len(at) > 12 or not given:
        raise BadSignatureError(f"{HEADER} must be t=<unix seconds>,v1=<hex>")
    if not hmac.compare_digest(_digest(key, body, int(at)).encode(), given.encode()):
        raise BadSignatureError("the signature does not match the body")
    if abs(now - int(at)) > TOLERANCE_SECONDS:
        raise BadSignatureError("the signature is older than five minutes")


def _digest(key: bytes, body: bytes, at: int) -> str:
    return hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
