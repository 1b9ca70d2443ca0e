"""What the provider gives for what: codes for a choice, tokens for a code or a refresh token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from leadrelay.identity_provider.people import Person, somebody
from services.chassis.dev_issuer import DevIssuer

# Short, so that every stack renews its sessions many times a day, as production does.
ACCESS = timedelta(minutes=10)
REFRESH = timedelta(hours=12)
_CODE_SECONDS = 60.0
CLIENT = "leadrelay"


class GrantRefused(Exception):
    """An error of RFC 6749, section 5.2: its code, and a sentence for developers."""

    def __init__(self, error: str, reason: str) -> None:
        super().__init__(reason)
        self.error = error


@dataclass(frozen=True)
class Client:
    """Whom the provider signs people in for, and where they are taken back to.

    One with a secret shows it instead of a proof key, as a server may.
    """

    id: str
    back: str
    secret: str | None = None

    def is_it(self, given: str) -> bool:
        """Whether whoever asks has shown what this client has to show."""
        return hmac.compare_digest((self.secret or "").encode(), given.encode())


@dataclass(frozen=True)
class Choice:
    """Somebody has said who they are, for this question of a client."""

    person: Person
    client: Client
    challenge: str
    nonce: str


class Grants:
    """Codes live in memory for a minute and are good once; refresh tokens outlive a restart."""

    def __init__(self, issuer: DevIssuer, address: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._address = address
        self._clock = clock
        self._codes: dict[str, tuple[float, Choice]] = {}

    def code(self, choice: Choice) -> str:
        """A code for this choice."""
        now = self._clock()
        self._codes = {code: known for code, known in self._codes.items() if now - known[0] < _CODE_SECONDS}
        code = secrets.token_urlsafe(24)
        self._codes[code] = (now, choice)
        return code

    def for_code(self, client: Client, code: str, redirect_uri: str, verifier: str) -> dict[str, Any]:
        """Tokens for a code. Raises GrantRefused."""
        began, choice = self._codes.pop(code, (float("-inf"), None))
        if choice is None or self._clock() - began >= _CODE_SECONDS:
            raise GrantRefused("invalid_grant", "the code is unknown, used or more than a minute old")
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        proven = hmac.compare_digest(challenge, choice.challenge) or (
            client.secret is not None and not choice.challenge
        )
        if choice.client != client or client.back != redirect_uri or not proven:
            raise GrantRefused("invalid_grant", "the code was given to somebody else")
        person = choice.person
        identity = {
            "iss": self._address,
            "aud": client.id,
            "sub": person.id,
            "name": person.name,
            "nonce": choice.nonce,
        }
        return {**self._tokens(person), "id_token": self._issuer.sign(identity, ACCESS)}

    def for_refresh(self, token: str) -> dict[str, Any]:
        """Tokens for a refresh token. Raises GrantRefused."""
        try:
            claims = self._issuer.read(token, audience=self._address)
        except jwt.PyJWTError:
            raise GrantRefused("invalid_grant", "the refresh token is not one of ours, or has expired") from None
        person = somebody(str(claims.get("tier")), str(claims.get("role")), str(claims["sub"]))
        if person is None:
            raise GrantRefused("invalid_grant", "there is no such person any more")
        return self._tokens(person)

    def _tokens(self, person: Person) -> dict[str, Any]:
        named = {"sub": person.id, "tier": person.tier, "role": person.role}
        return {
            "access_token": self._issuer.mint(
                tier=person.tier, role=person.role, person=person.id, name=person.name, ttl=ACCESS
            ),
            # Meant for nobody but this provider: no service takes it for an access token.
            "refresh_token": self._issuer.sign({"aud": self._address, **named}, REFRESH),
            "token_type": "Bearer",
            "expires_in": int(ACCESS.total_seconds()),
        }
