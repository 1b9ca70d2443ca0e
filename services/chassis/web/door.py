"""The door of the pages: who asks is known by the session cookie, and a change needs proof that it comes from one of
our own pages. Refusals are for people.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from services.chassis.auth import OPS, Principal
from services.chassis.errors import DomainError
from services.chassis.http.bodies import MULTIPART, form_kind, limit_body
from services.chassis.http.idempotency import REPLAYED
from services.chassis.http.principal import SAFE_METHODS, check_tier
from services.chassis.http.route import TransactionalRoute
from services.chassis.web.given_back import given_back
from services.chassis.web.places import local_path, prefix_of
from services.chassis.web.refusals import notice, refusal, unexpected
from services.chassis.web.site import CSRF_FIELD, KEY_FIELD, PAGE_FIELD, is_lively, web_of

__all__ = [
    "EverybodysRoute",
    "PageRoute",
    "any_door",
    "came_from",
    "notice",
    "page_door",
    "page_router",
    "refusal",
    "web_of",
]


async def page_door(request: Request) -> Principal:
    """The person of this page, of this tier (or ops, reading), and for a change the proof of where it comes from."""
    web = web_of(request)
    settings = request.app.state.settings
    limit = settings.max_upload_bytes if form_kind(request) == MULTIPART else settings.max_body_bytes
    limit_body(request, limit, settings.body_seconds)
    principal = await web.signed_in(request)
    check_tier(principal, request.app.state.tier or OPS, request.method)
    web.presence.seen(principal)
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
    any_query = True
    apart = frozenset({CSRF_FIELD, KEY_FIELD, PAGE_FIELD})

    @staticmethod
    def kept(request: Request, response: Response) -> Response:
        """A page that is sent again is shown anew: of the first answer only the place is kept, never what was on it."""
        place = getattr(request.state, "place", None) or response.headers.get("location") or came_from(request)
        return Response(status_code=303, headers={"Location": place})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the transactional handler."""
        handle = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                response = _shown_anew(request, await handle(request))
            except (DomainError, RequestValidationError) as error:
                response = await given_back(request, error, came_from(request)) or refusal(request, error)
            except Exception as error:
                response = unexpected(request, error)
            return web_of(request).finish(request, response)

        return page


class EverybodysRoute(PageRoute):
    """A page that people of every tier see."""

    door = staticmethod(any_door)


def page_router(prefix: str = "/desk", *, for_everybody: bool = False) -> APIRouter:
    """A router of pages, which are no part of the OpenAPI document."""
    route_class = EverybodysRoute if for_everybody else PageRoute
    return APIRouter(prefix=prefix, route_class=route_class, include_in_schema=False)


def _shown_anew(request: Request, response: Response) -> Response:
    """The answer to a form that came a second time, as htmx takes it: it merges the place into the page."""
    if not is_lively(request):
        return response
    if response.status_code == 204:  # nothing to show, so they stay where they are
        response.headers["HX-Push-Url"] = "false"
    if REPLAYED not in response.headers:
        return response
    told = {"path": response.headers["location"], "target": "body", "swap": "outerMorph", "replace": "true"}
    return Response(headers={"HX-Location": json.dumps(told)})


def came_from(request: Request) -> str:
    """The page a form was sent from, or the tier's own desk."""
    page = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
    if f"{page.scheme}://{page.netloc}" != web_of(request).origin:
        return f"{prefix_of(request.app.state.tier)}/desk/"
    return local_path(f"{page.path}?{page.query}" if page.query else page.path)
