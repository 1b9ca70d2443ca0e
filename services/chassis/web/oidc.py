"""Signing in at the house's OIDC issuer: authorization code with PKCE (RFC 7636), refresh, and signing out.

The issuer's addresses come from its discovery document. Its ID token is checked before anybody is let in; the access
token is the same one that REST takes, with the claims `tier` and `role`.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from services.chassis.auth import KeySet, Verifier, fetch_url
from services.chassis.errors import Unauthorized, Unavailable
from services.chassis.settings import Settings
from services.chassis.web.session import SignIn

_SECONDS = 5.0
_DISCOVERY_SECONDS = 3600.0
BACK = "/sign-in/back"

log = structlog.get_logger(__name__)


class _Discovery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


@dataclass(frozen=True)
class Tokens:
    """What the issuer gives for a code or a refresh token."""

    access: str
    refresh: str | None
    identity: str | None = None


class RefusedByIssuer(Exception):
    """The issuer does not give tokens for what it was shown: sign in anew."""


class Issuer:
    """One issuer, seen from one client of it. Raises Unavailable wherever it does not answer."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.address = settings.sign_in_issuer.rstrip("/")
        self._client = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        self._scopes = settings.oidc_scopes
        self._prompt = {"prompt": settings.oidc_prompt} if settings.oidc_prompt else {}
        self._back = f"{settings.origin}{BACK}"
        self._origin = f"{settings.origin}/"
        self._clock = clock
        self._known: tuple[float, _Discovery, Verifier] | None = None
        self._lock = asyncio.Lock()

    async def sign_in_address(self, sign_in: SignIn) -> str:
        """Where the browser goes to sign in."""
        found, _ = await self._discover()
        challenge = urlsafe_b64encode(hashlib.sha256(sign_in.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": self._back,
            "scope": self._scopes,
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **self._prompt,
        }
        return _with_query(found.authorization_endpoint, asked)

    async def sign_out_address(self) -> str:
        """Where the browser goes so that the issuer forgets them too; the home page if it has no such place."""
        found, _ = await self._discover()
        if found.end_session_endpoint is None:
            return "/"
        asked = {"client_id": self._client, "post_logout_redirect_uri": self._origin}
        return _with_query(found.end_session_endpoint, asked)

    async def exchange(self, code: str, sign_in: SignIn) -> Tokens:
        """The tokens for a code. Raises RefusedByIssuer, and Unauthorized if the ID token is not for this sign-in."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back}
        tokens = await self._ask({**form, "code_verifier": sign_in.verifier})
        _, verifier = await self._discover()
        claims = await verifier.claims(tokens.identity or "")
        if claims.get("nonce") != sign_in.nonce:
            raise Unauthorized("the answer belongs to another sign-in", code="token_invalid")
        return tokens

    async def refresh(self, token: str) -> Tokens:
        """New tokens for a refresh token, which may have been used up by it. Raises RefusedByIssuer."""
        fresh = await self._ask({"grant_type": "refresh_token", "refresh_token": token})
        return Tokens(fresh.access, fresh.refresh or token)

    async def _ask(self, form: Mapping[str, str]) -> Tokens:
        found, _ = await self._discover()
        identified = {**form, "client_id": self._client}
        by_password = httpx.BasicAuth(self._client, self._secret) if self._secret is not None else httpx.Auth()
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as http:
                answer = await http.post(found.token_endpoint, data=identified, auth=by_password)
                told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _away(error) from error
        if answer.status_code >= 500:
            raise _away(None)
        if answer.status_code != 200 or not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            reason = told.get("error") if isinstance(told, dict) else None
            log.info("sign_in_refused", reason=str(reason)[:50])
            raise RefusedByIssuer
        return Tokens(told["access_token"], told.get("refresh_token"), told.get("id_token"))

    async def _discover(self) -> tuple[_Discovery, Verifier]:
        async with self._lock:
            if self._known is None or self._clock() - self._known[0] > _DISCOVERY_SECONDS:
                try:
                    found = await self._fetch()
                except Unavailable:
                    if self._known is None:
                        raise
                    # What was true an hour ago is better than nobody at work.
                    found = self._known[1]
                keys = KeySet(fetch_url(found.jwks_uri))
                self._known = (self._clock(), found, Verifier(keys, issuer=found.issuer, audience=self._client))
            return self._known[1], self._known[2]

    async def _fetch(self) -> _Discovery:
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as http:
                answer = await http.get(f"{self.address}/.well-known/openid-configuration")
                answer.raise_for_status()
                found = _Discovery.model_validate(answer.json())
        except (httpx.HTTPError, ValueError, ValidationError) as error:
            raise _away(error) from error
        if found.issuer.rstrip("/") != self.address:
            log.warning("issuer_is_another", told=found.issuer[:200])
            raise _away(None)
        return found


def _away(error: Exception | None) -> Unavailable:
    if error is not None:
        log.warning("issuer_away", error=type(error).__name__)
    return Unavailable("the place where people sign in does not answer", code="issuer_unavailable")


def _with_query(address: str, asked: Mapping[str, Any]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
