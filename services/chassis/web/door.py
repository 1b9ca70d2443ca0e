"""The door of the pages: who asks is known by the session cookie, renewed when its token is about to end, and a change
needs proof that it comes from one of our own pages. Refusals are pages, for people.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Coroutine
from typing import Any, cast
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import RedirectResponse, Response

from services.chassis.auth import OPS, Principal, Verifier
from services.chassis.db import is_broken
from services.chassis.errors import DomainError, Forbidden, Unauthorized, Unavailable
from services.chassis.http.bodies import limit_body
from services.chassis.http.principal import SAFE_METHODS, check_tier
from services.chassis.http.problems import RETRYABLE, request_id
from services.chassis.http.route import TransactionalRoute
from services.chassis.settings import Settings
from services.chassis.web.oidc import Issuer, RefusedByIssuer, Tokens
from services.chassis.web.pages import Pages
from services.chassis.web.places import prefix_of
from services.chassis.web.session import Cookies, Session

# Early enough that nobody meets the end of a token in the middle of a form.
_RENEW_BEFORE_SECONDS = 60.0
# Tabs that ask at the same moment with the old token get what the first one was given.
_SHARE_SECONDS = 30.0
CSRF_HEADER, CSRF_FIELD = "X-Csrf-Token", "csrf"

log = structlog.get_logger(__name__)


class SignInNeededError(Unauthorized):
    """Nobody is signed in, in this browser."""

    def __init__(self) -> None:
        super().__init__("you are not signed in", code="sign_in_needed")


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
        self.pages = pages
        self.cookies = Cookies(settings)
        self.issuer = Issuer(settings)
        self._verifier = verifier
        self._renewals = Renewals(self.issuer)

    async def signed_in(self, request: Request) -> Principal:
        """The person of this browser, of whatever tier. Raises SignInNeededError without a session that holds."""
        session = self.cookies.session(request.cookies)
        if session is None:
            raise SignInNeededError
        principal = await self._holds(session)
        left = (principal.expires_at or 0.0) - time.time() if principal else 0.0
        if left < _RENEW_BEFORE_SECONDS and session.refresh is not None:
            session, principal = await self._renewed(request, session, session.refresh, principal)
        if principal is None:
            raise SignInNeededError
        request.scope["leadrelay.person"] = principal.person
        request.state.csrf, request.state.principal = session.csrf, principal
        return principal

    async def _holds(self, session: Session) -> Principal | None:
        try:
            return await self._verifier.verify(session.access)
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
        given = request.headers.get(CSRF_HEADER)
        if given is None and request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            await request.body()  # kept, because a form's stream can be read only once
            given = str((await request.form(max_files=0, max_fields=100)).get(CSRF_FIELD, ""))
        if not hmac.compare_digest((given or "").encode(), str(request.state.csrf).encode()):
            raise Forbidden("this page is of an earlier sign-in; load it again", code="wrong_token")

    def finish(self, request: Request, response: Response) -> Response:
        """The answer with the renewed session, if it was renewed."""
        fresh = getattr(request.state, "session", None)
        if fresh is not None:
            self.cookies.keep_session(response, fresh, request.cookies)
        return response


def web_of(request: Request) -> Web:
    """The pages' shared things of this process."""
    return cast(Web, request.app.state.web)


async def page_door(request: Request) -> Principal:
    """The person of this page, of this tier (or ops, reading), and for a change the proof of where it comes from."""
    web = web_of(request)
    settings = request.app.state.settings
    limit_body(request, settings.max_body_bytes, settings.body_seconds)
    principal = await web.signed_in(request)
    check_tier(principal, request.app.state.tier or OPS, request.method)
    if request.method not in SAFE_METHODS:
        await web.check_origin(request)
    return principal


async def any_door(request: Request) -> Principal:
    """Like `page_door`, for the pages that are everybody's."""
    web = web_of(request)
    principal = await web.signed_in(request)
    if request.method not in SAFE_METHODS:
        await web.check_origin(request)
    return principal


class PageRoute(TransactionalRoute):
    """A route of a page: one transaction for a change, as for REST, and refusals that people can read."""

    door = staticmethod(page_door)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the transactional handler."""
        handle = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                response = await handle(request)
            except (DomainError, RequestValidationError) as error:
                response = refusal(request, error)
            except Exception as error:
                response = _unexpected(request, error)
            return web_of(request).finish(request, response)

        return page


class EverybodysRoute(PageRoute):
    """A page that people of every tier see."""

    door = staticmethod(any_door)


def page_router(prefix: str = "/desk", *, for_everybody: bool = False) -> APIRouter:
    """A router of pages, which are no part of the OpenAPI document."""
    route_class = EverybodysRoute if for_everybody else PageRoute
    return APIRouter(prefix=prefix, route_class=route_class, include_in_schema=False)


def refusal(request: Request, error: DomainError | RequestValidationError) -> Response:
    """The page that says what is wrong and what to do; the way to sign in for whoever only wanted to read."""
    # A part of a page, or a stream, must not be answered with the page of another.
    is_part = "hx-request" in request.headers or "event-stream" in request.headers.get("accept", "")
    if isinstance(error, SignInNeededError) and request.method == "GET" and not is_part:
        return RedirectResponse(f"/sign-in?then={quote(_asked(request))}", status_code=303)
    status, text = (error.status, error.message) if isinstance(error, DomainError) else (422, "something was left out")
    return notice(request, status=status, text=text)


def _unexpected(request: Request, error: Exception) -> Response:
    if is_broken(error) or isinstance(error, RETRYABLE):
        return notice(request, status=503, text="the database does not answer; try again in a moment")
    log.exception("unexpected_error", route=request.scope["route"].path)
    return notice(request, status=500, text="something went wrong on our side; give the number below to the operators")


def notice(request: Request, *, status: int, text: str) -> Response:
    """A page with one sentence and one way on."""
    titles = {
        401: ("You are signed out", "lock", ("Sign in", f"/sign-in?then={quote(_asked(request))}")),
        403: ("This is not yours to do", "lock", ("To your desk", "/")),
        404: ("There is nothing here", "search", ("To your desk", "/")),
        503: ("One moment", "hourglass", ("Try again", _asked(request))),
    }
    title, icon, act = titles.get(status, ("That did not work", "alert-triangle", ("To your desk", "/")))
    sentence = text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
    return web_of(request).pages.answer(
        request,
        "notice.j2",
        status=status,
        title=title,
        text=sentence,
        icon_name=icon,
        act=act,
        request_id=request_id(request.scope) if status >= 500 else "",
    )


def _asked(request: Request) -> str:
    """The path as the browser knows it; of a change, only the desk it was made on."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path
    is_own = path.startswith(("/desk", "/components"))
    return f"{prefix_of(request.app.state.tier) if is_own else ''}{path}{query}"
