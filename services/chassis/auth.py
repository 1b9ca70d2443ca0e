"""Who is asking: bearer tokens from one issuer, verified against its JWKS, and what they claim.

Claims: `sub` (person id), `tier`, `role`, next to the usual `iss`, `aud`, `exp`; `name` and
`locale` if the issuer knows them. This module knows no HTTP server;
`services.chassis.http` turns its errors into answers.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.chassis.errors import Unauthorized, Unavailable
from services.chassis.settings import Settings, SettingsError

# Asymmetric ones only: with HS256 in this list, a public key could be used as a shared secret.
ALGORITHMS = ["EdDSA", "RS256", "ES256"]
OPS = "ops"
_LEAST_RSA_BITS = 2048
_LEEWAY_SECONDS = 5
_REFETCH_SECONDS = 30.0
_FIRST_RETRY_SECONDS = 2.0
_REFRESH_SECONDS = 600.0
_MAX_TOKEN_CHARS = 8192

log = structlog.get_logger(__name__)
Fetch = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Principal:
    """A verified person: id, the tier they work in, and their role there; `expires_at` is in seconds since 1970.

    `name` is what the issuer says they are called, else their id; `language` the one it knows them to read, if any.
    """

    person: str
    tier: str
    role: str
    expires_at: float | None = field(default=None, compare=False)
    name: str = field(default="", compare=False)
    language: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Somebody of whom no name is known is called by their id."""
        object.__setattr__(self, "name", self.name or self.person)

    @property
    def is_ops(self) -> bool:
        """Whether this is the operators' role: it reads everything in the tiers, and changes them only by its acts."""
        return self.tier == OPS and self.role == OPS


class KeySet:
    """The issuer's public keys by `kid`, fetched when first needed.

    An unknown `kid` causes a new fetch, at most one in 30 s, so made-up tokens cannot be used to hammer the issuer.
    Keys are refreshed every ten minutes in the background; while the issuer is down, the known ones stay valid.
    """

    def __init__(self, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._tried_at = float("-inf")
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of this id, or none. Raises Unavailable when no keys could be fetched at all."""
        known = self._keys.get(kid)
        if known is None:
            await self._refresh(kid)
            return self._keys.get(kid)
        if self._clock() - self._fetched_at > _REFRESH_SECONDS and (self._behind is None or self._behind.done()):
            # Nobody waits for this one: an issuer that hangs must not slow down people it has let in before.
            self._behind = asyncio.create_task(self._refresh(None), name="refresh JWKS")
        return known

    async def _refresh(self, kid: str | None) -> None:
        async with self._lock:
            pause = _REFETCH_SECONDS if self._keys else _FIRST_RETRY_SECONDS
            if kid not in self._keys and self._clock() - self._tried_at >= pause:
                await self._try()
        if not self._keys:
            raise Unavailable("the keys of the token issuer cannot be read", code="issuer_unavailable")

    async def _try(self) -> None:
        self._tried_at = self._clock()
        try:
            self._keys = _usable_keys(await self._fetch())
            self._fetched_at = self._clock()
        except (httpx.HTTPError, OSError, ValueError, jwt.PyJWTError) as error:
            log.warning("jwks_fetch_failed", error=type(error).__name__, known_keys=len(self._keys))


def _usable_keys(document: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    keys: dict[str, jwt.PyJWK] = {}
    entries = document.get("keys")
    if not isinstance(entries, list):
        raise ValueError("not a JWKS document")
    for entry in entries:
        if not isinstance(entry, dict) or "kid" not in entry or entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(entry)
        except jwt.PyJWTError:  # a kind of key we do not know must not spoil the others
            continue
        if isinstance(key.key, RSAPublicKey) and key.key.key_size < _LEAST_RSA_BITS:
            log.warning("jwks_key_too_weak", kid=str(entry["kid"])[:100], bits=key.key.key_size)
        elif key.algorithm_name in ALGORITHMS:
            keys[str(entry["kid"])] = key
    return keys


class Verifier:
    """Turns a bearer token into a Principal, or raises Unauthorized with a code that says why."""

    def __init__(self, keys: KeySet, *, issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    async def verify(self, token: str) -> Principal:
        """The person behind this token. Raises Unauthorized (`token_expired`, `token_invalid`, ...)."""
        return _principal(await self.claims(token))

    async def claims(self, token: str) -> Mapping[str, Any]:
        """What this token claims, its signature, issuer, audience and time checked. Raises Unauthorized."""
        if len(token) > _MAX_TOKEN_CHARS:
            raise Unauthorized("the token is too long", code="token_invalid")
        try:
            header = jwt.get_unverified_header(token)
            key = await self._keys.key(str(header.get("kid", "")))
            if key is None:
                raise Unauthorized("the token was signed with a key that is not known here", code="token_invalid")
            # The key decides the algorithm, never the token's own header alone.
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm_name],
                issuer=self._issuer,
                audience=self._audience,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthorized("the token has expired", code="token_expired") from None
        except jwt.InvalidAudienceError:
            raise Unauthorized("the token is meant for another audience", code="wrong_audience") from None
        except jwt.InvalidIssuerError:
            raise Unauthorized("the token comes from an issuer that is not trusted here", code="wrong_issuer") from None
        except (jwt.PyJWTError, ValueError):
            raise Unauthorized("the token cannot be trusted", code="token_invalid") from None
        return claims


def _principal(claims: Mapping[str, Any]) -> Principal:
    values = [claims.get(name) for name in ("sub", "tier", "role")]
    if not all(isinstance(value, str) and 0 < len(value) <= 200 for value in values):
        raise Unauthorized("the token lacks one of the claims sub, tier, role", code="token_invalid")
    person, tier, role = (str(value) for value in values)
    # With the leeway of the check above, so that both doors close at the same moment.
    expires_at = float(claims["exp"]) + _LEEWAY_SECONDS
    name, language = _name(claims.get("name")), _language(claims.get("locale"))
    return Principal(person=person, tier=tier, role=role, expires_at=expires_at, name=name, language=language)


def _name(claimed: object) -> str:
    """A name that can be shown; none of anything else that an issuer may write there."""
    return claimed.strip()[:200] if isinstance(claimed, str) else ""


def _language(claimed: object) -> str | None:
    """The language of a locale such as `uk-UA`."""
    return re.split("[-_]", claimed[:40])[0].lower() or None if isinstance(claimed, str) else None


def fetch_url(url: str) -> Fetch:
    """Read a JWKS document over HTTP, with a short timeout because a request is waiting for it."""

    async def fetch() -> Mapping[str, Any]:
        async with httpx.AsyncClient(timeout=5, follow_redirects=False) as client:
            response = await client.get(url, headers={"Accept": "application/json"})
            response.raise_for_status()
            return _document(response.text)

    return fetch


def fetch_file(path: Path) -> Fetch:
    """Read the JWKS file of the development issuer."""

    async def fetch() -> Mapping[str, Any]:
        return _document(await asyncio.to_thread(path.read_text, encoding="utf-8"))

    return fetch


def _document(text: str) -> Mapping[str, Any]:
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("not a JWKS document")
    return document


def make_verifier(settings: Settings) -> Verifier:
    """The verifier these settings ask for. Raises SettingsError when they name no source of keys."""
    if settings.auth_dev_jwks is not None:
        if settings.profile != "development":
            raise SettingsError("LEADRELAY_AUTH_DEV_JWKS: only in the development profile")
        fetch = fetch_file(settings.auth_dev_jwks)
    elif settings.auth_jwks_url is not None:
        fetch = fetch_url(settings.auth_jwks_url)
    else:
        raise SettingsError("LEADRELAY_AUTH_JWKS_URL: is not set (nor, for development, LEADRELAY_AUTH_DEV_JWKS)")
    return Verifier(KeySet(fetch), issuer=settings.auth_issuer, audience=settings.auth_audience)
