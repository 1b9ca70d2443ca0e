"""What the pages of one process share: who asks, known by the session cookie and renewed when its token is about to
end; the proof that a change comes from one of our own pages; and what is shown after one.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from services.chassis.auth import OPS, Principal, Verifier
from services.chassis.errors import Forbidden, Unauthorized, Unavailable
from services.chassis.http.bodies import URL_ENCODED, form_kind
from services.chassis.sentences import said
from services.chassis.settings import Settings
from services.chassis.web.oidc import Issuer, RefusedByIssuer, Tokens
from services.chassis.web.pages import Pages, Reader
from services.chassis.web.presence import Presence
from services.chassis.web.session import Cookies, Session
from services.chassis.web.words import told_in, words_of

# Early enough that nobody meets the end of a token in the middle of a form.
_RENEW_BEFORE_SECONDS = 60.0
# Tabs that ask at the same moment with the old token get what the first one was given.
_SHARE_SECONDS = 30.0
CSRF_HEADER, CSRF_FIELD, KEY_FIELD, PAGE_FIELD = "X-Csrf-Token", "csrf", "idempotency_key", "sent_from"


class SignInNeededError(Unauthorized):
    """Nobody is signed in, in this browser."""

    def __init__(self) -> None:
        super().__init__(said("you are not signed in"), code="sign_in_needed")


class Renewals:
    """Renews sessions, each refresh token once: issuers take a second use of it for theft."""

    def __init__(self, issuer: Issuer, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._begun: dict[bytes, tuple[float, asyncio.Task[Tokens]]] = {}

    async def renew(self, session: Session, refresh: str) -> Session:
        """The session with new tokens. Raises RefusedByIssuer, Unavailable."""
        now = self._clock()
        self._begun = {key: known for key, known in self._begun.items() if now - known[0] < _SHARE_SECONDS}
        key = hashlib.sha256(refresh.encode()).digest()
        if key not in self._begun:
            self._begun[key] = (now, asyncio.create_task(self._issuer.refresh(refresh), name="renew session"))
        task = self._begun[key][1]
        try:
            # Shielded: somebody who closes their tab must not take the new token from the others.
            tokens = await asyncio.shield(task)
        except Unavailable:
            self._begun.pop(key, None)
            raise
        return session.model_copy(update={"access": tokens.access, "refresh": tokens.refresh})


class Web:
    """What the pages of one process share; `app.state.web`."""

    def __init__(self, settings: Settings, verifier: Verifier, pages: Pages) -> None:
        self.origin = settings.origin or ""
        self.undo_time = timedelta(seconds=settings.undo_seconds)
        self.pages = pages
        self.cookies = Cookies(settings)
        self.issuer = Issuer(settings)
        self.presence = Presence()
        self._verifier = verifier
        self._renewals = Renewals(self.issuer)

    async def signed_in(self, request: Request) -> Principal:
        """The person of this browser, of whatever tier. Raises SignInNeededError without a session that holds."""
        session = self.cookies.session(request.cookies)
        if session is None:
            raise SignInNeededError
        principal = await self._holds(session)
        left = (principal.expires_at or 0.0) - time.time() if principal else 0.0
        if left < _RENEW_BEFORE_SECONDS and session.refresh is not None and _renews(request, session, left):
            session, principal = await self._renewed(request, session, session.refresh, principal)
        if principal is None:
            raise SignInNeededError
        request.scope["leadrelay.person"] = principal.person
        request.state.csrf, request.state.principal = session.csrf, principal
        # For a service that asks others in this person's name.
        request.state.access = session.access
        self.hear(request)
        return principal

    async def verify(self, access: str) -> Principal:
        """The person of an access token. Raises Unauthorized, saying what is wrong with it."""
        return await self._verifier.verify(access)

    async def _holds(self, session: Session) -> Principal | None:
        try:
            return await self.verify(session.access)
        except Unauthorized:
            return None

    async def _renewed(
        self, request: Request, session: Session, refresh: str, principal: Principal | None
    ) -> tuple[Session, Principal | None]:
        try:
            fresh = await self._renewals.renew(session, refresh)
        except RefusedByIssuer:
            return session, principal
        except Unavailable:
            if principal is None:
                raise
            return session, principal  # there is still a minute
        request.state.session = fresh
        return fresh, await self._holds(fresh)

    async def check_origin(self, request: Request) -> None:
        """Raises Forbidden unless a change comes from one of our pages, shown to this very session."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site not in {None, "same-origin"} or origin not in {None, self.origin} or (site is None and origin is None):
            raise Forbidden("this did not come from one of our pages", code="wrong_origin")
        fields = await _fields(request)
        request.state.idempotency_key = fields.get(KEY_FIELD) or None
        given = request.headers.get(CSRF_HEADER) or fields.get(CSRF_FIELD)
        if not hmac.compare_digest((given or "").encode(), str(request.state.csrf).encode()):
            raise Forbidden("this page is of an earlier sign-in; load it again", code="wrong_token")

    async def after(
        self,
        request: Request,
        place: str,
        show: Callable[[], Awaitable[Response]] | None = None,
        *,
        said: str | None = None,
    ) -> Response:
        """The answer to a change: where its person is afterwards, and the same when the form comes a second time.

        Without htmx, or without `show`, they are sent to `place` (303). With htmx the page, or the parts of it that
        `show` gives, comes at once and is merged into what they see. `said` is what the status line then says; a cookie
        carries it over the redirect.
        """
        request.state.place = place
        if show is None or not is_lively(request):
            response: Response = RedirectResponse(place, status_code=303)
            if said:
                self.cookies.keep_word(response, said)
            return response
        request.state.said = said
        response = await show()
        here = urlsplit(request.headers.get("hx-current-url", "")).path == urlsplit(place).path
        response.headers["HX-Replace-Url" if here else "HX-Push-Url"] = place
        return response

    def hear(self, request: Request) -> None:
        """A whole page says what the change before it had to say."""
        if request.method == "GET" and not is_part(request):
            request.state.said = self.cookies.word(request.cookies)

    def finish(self, request: Request, response: Response) -> Response:
        """The answer with the renewed session, if it was renewed, and with our time, by which pages know it is ours."""
        response.headers.setdefault("Server-Now", datetime.now(UTC).isoformat())
        if response.status_code >= 400 and is_lively(request):  # what was refused is no place to come back to
            response.headers.setdefault("HX-Push-Url", "false")
        is_page = request.method == "GET" and response.status_code == 200
        if is_page and getattr(request.state, "said", None) is not None:
            self.cookies.end_word(response)
        fresh = getattr(request.state, "session", None)
        if fresh is not None:
            self.cookies.keep_session(response, fresh, request.cookies)
        return response


def words_for(request: Request) -> Callable[[str], str]:
    """gettext in the language of whoever reads: `_ = words_for(request)`."""
    return words_of(Reader.of(request).language).gettext


def told_to(request: Request) -> Callable[[str], str]:
    """How a refusal's sentence is said to whoever reads."""
    reader = Reader.of(request)
    told, formats = told_in(reader.language), reader.formats()
    return lambda sentence: formats.written(told(sentence))


def web_of(request: Request) -> Web:
    """The pages' shared things of this process."""
    return cast(Web, request.app.state.web)


def _renews(request: Request, session: Session, left: float) -> bool:
    """Whether this service renews the session: that of its person's own tier does, and the others go on meanwhile.

    Two services that each use the refresh token in the same second would look like a thief to the issuer. A part of
    another tier's desk is asked to come again (401) when its token is over: by then the page's own service has renewed
    it. A whole page of another service, such as the home, is there alone.
    """
    tier = _tier_of(session.access)
    if tier in {None, OPS, request.app.state.tier or OPS}:
        return True
    return left <= 0 and not is_part(request)


def _tier_of(token: str) -> str | None:
    """The tier that a token of ours speaks of, whether it still holds or not; none if it cannot be read."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["tier"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None


def is_part(request: Request) -> bool:
    """Whether a part of a page or a stream is asked for: it must not be answered with the page of another."""
    is_boosted = "hx-boosted" in request.headers
    return not is_boosted and (is_lively(request) or "event-stream" in request.headers.get("accept", ""))


def is_lively(request: Request) -> bool:
    """Whether htmx asks, which merges the answer into the page that is there."""
    return "hx-request" in request.headers


async def _fields(request: Request) -> Mapping[str, str]:
    """The text fields of a form, which stays readable for whoever comes next."""
    kind = form_kind(request)
    if kind is None:
        return {}
    if kind == URL_ENCODED:
        await request.body()  # kept, because a form's stream can be read only once
    form = await request.form(max_files=10, max_fields=1_000)
    return {name: value for name, value in form.items() if isinstance(value, str)}
