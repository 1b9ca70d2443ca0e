"""The session of a browser: one encrypted cookie for all services, so that none of them has to ask another.

The cookie is a JWE (`dir`, A256GCM) under the first of the session keys; every key of the ring opens it, so keys are
changed by putting a new one first and taking the old one out a day later. It is too large for one cookie where an
issuer writes long tokens, and is then cut into pieces.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, OctKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from services.chassis.settings import Settings, parse_key_ring

_ALGORITHMS = ["dir", "A256GCM", "DEF"]
# Browsers keep 4 KB of a cookie, its name and attributes counted; servers and proxies take 32 KB of headers.
_PIECE_CHARS = 3600
_MOST_PIECES = 4
_SIGN_IN_SECONDS = 600
# A word for the page that follows a redirect at once.
_WORD_SECONDS = 30
_YEAR_SECONDS = 31_536_000


class Session(BaseModel):
    """Somebody who is signed in, in one browser. Times are in seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    access: str
    refresh: str | None = None
    csrf: str = Field(default_factory=lambda: secrets.token_urlsafe(16))
    ends_at: float


class SignIn(BaseModel):
    """A sign-in that has begun: what must come back with the answer, and where they wanted to go."""

    model_config = ConfigDict(frozen=True)

    state: str = Field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = Field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = Field(default_factory=lambda: secrets.token_urlsafe(48))
    then: str = "/"
    ends_at: float


class Word(BaseModel):
    """What is said on the page that comes after a change, to somebody whose browser is sent there."""

    model_config = ConfigDict(frozen=True)

    text: str
    ends_at: float


_Kept = TypeVar("_Kept", Session, SignIn, Word)


class Sealer:
    """Encrypts and opens what cookies hold. A `kind` keeps one cookie from being used in place of another."""

    def __init__(self, ring: Sequence[tuple[str, bytes]]) -> None:
        self._keys = {name: OctKey.import_key(key) for name, key in ring}
        self._first = ring[0][0]

    def seal(self, kind: str, content: BaseModel) -> str:
        """The content as a compact JWE."""
        header = {"alg": "dir", "enc": "A256GCM", "zip": "DEF", "kid": self._first, "typ": kind}
        text = content.model_dump_json(exclude_none=True).encode()
        return jwe.encrypt_compact(header, text, self._keys[self._first], algorithms=_ALGORITHMS)

    def open(self, kind: str, sealed: str) -> Mapping[str, object] | None:
        """What was sealed as this kind; none for anything else, however it is damaged."""
        try:
            opened = jwe.decrypt_compact(sealed, self._key_of, algorithms=_ALGORITHMS)
            content = json.loads(opened.plaintext or b"")
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        return content if isinstance(content, dict) and opened.headers().get("typ") == kind else None

    def _key_of(self, sealed: GuestProtocol) -> OctKey:
        return self._keys[str(sealed.headers()["kid"])]


class Cookies:
    """The cookies of the pages, below one origin. On https their names bind them to the host and to TLS."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        url = urlsplit(settings.origin or "")
        self._secure = url.scheme == "https"
        # Cookies do not know ports: two stacks on one machine must not sign each other out.
        mark = "" if self._secure or url.port is None else f"_{url.port}"
        prefix = "__Host-" if self._secure else ""
        self._session = f"{prefix}leadrelay_session{mark}"
        self._sign_in = f"{prefix}leadrelay_sign_in{mark}"
        self._word = f"{prefix}leadrelay_word{mark}"
        self._sealer = Sealer(parse_key_ring(settings.session_keys))
        self._seconds = settings.session_hours * 3600
        self._clock = clock

    def session(self, sent: Mapping[str, str]) -> Session | None:
        """The session of a request's cookies; none without one, or when it has ended."""
        content = self._sealer.open("session", "".join(self._pieces(sent)))
        return self._still(Session, content)

    def sign_in(self, sent: Mapping[str, str]) -> SignIn | None:
        """The sign-in that this browser has begun in the last ten minutes."""
        content = self._sealer.open("sign-in", sent.get(self._sign_in, ""))
        return self._still(SignIn, content)

    def _still(self, kind: type[_Kept], content: Mapping[str, object] | None) -> _Kept | None:
        try:
            found = kind.model_validate(content)
        except ValidationError:
            return None
        return found if found.ends_at > self._clock() else None

    def begin_session(self, access: str, refresh: str | None) -> Session:
        """A new session with these tokens."""
        return Session(access=access, refresh=refresh, ends_at=self._clock() + self._seconds)

    def begin_sign_in(self, then: str) -> SignIn:
        """A new sign-in; afterwards they go to this path."""
        return SignIn(then=then, ends_at=self._clock() + _SIGN_IN_SECONDS)

    def keep_session(self, response: Response, session: Session, sent: Mapping[str, str]) -> None:
        """Put the session into the answer. Raises ValueError for tokens that no cookies could carry."""
        sealed = self._sealer.seal("session", session)
        pieces = [sealed[start : start + _PIECE_CHARS] for start in range(0, len(sealed), _PIECE_CHARS)]
        if len(pieces) > _MOST_PIECES:
            raise ValueError("the issuer's tokens are too long for cookies")
        left = max(0, int(session.ends_at - self._clock()))
        for number, piece in enumerate(pieces):
            self._set(response, self._name(number), piece, left)
        self._forget(response, sent, first=len(pieces))

    def keep_sign_in(self, response: Response, sign_in: SignIn) -> None:
        """Put a sign-in that begins into the answer."""
        self._set(response, self._sign_in, self._sealer.seal("sign-in", sign_in), _SIGN_IN_SECONDS)

    def word(self, sent: Mapping[str, str]) -> str | None:
        """What the last change has to say to this browser, if it was a moment ago."""
        found = self._still(Word, self._sealer.open("word", sent.get(self._word, "")))
        return found.text if found is not None else None

    def keep_word(self, response: Response, text: str) -> None:
        """Say this on the page that comes next."""
        word = Word(text=text, ends_at=self._clock() + _WORD_SECONDS)
        self._set(response, self._word, self._sealer.seal("word", word), _WORD_SECONDS)

    def keep_language(self, response: Response, names: Sequence[str], language: str) -> None:
        """Speak this language from now on: under each of these names."""
        for name in names:
            self._set(response, name, language, _YEAR_SECONDS)

    def end_word(self, response: Response) -> None:
        """It was said."""
        self._set(response, self._word, "", 0)

    def end_sign_in(self, response: Response) -> None:
        """Each sign-in is good for one answer of the issuer."""
        self._set(response, self._sign_in, "", 0)

    def end_session(self, response: Response, sent: Mapping[str, str]) -> None:
        """Take the session out of this browser."""
        self._forget(response, sent, first=0)

    def _pieces(self, sent: Mapping[str, str]) -> Iterator[str]:
        for number in range(_MOST_PIECES):
            piece = sent.get(self._name(number))
            if piece is None:
                return
            yield piece

    def _forget(self, response: Response, sent: Mapping[str, str], *, first: int) -> None:
        for number in range(first, _MOST_PIECES):
            if self._name(number) in sent:
                self._set(response, self._name(number), "", 0)

    def _name(self, number: int) -> str:
        return f"{self._session}_{number}" if number else self._session

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(name, value, max_age=seconds, path="/", secure=self._secure, httponly=True, samesite="lax")
