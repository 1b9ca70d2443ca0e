"""What stands before all desks: signing in and out, and the home that sends everybody to theirs.

Every service serves these pages, so that people can sign in while any of them is up.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.chassis.errors import DomainError, Forbidden, Invalid, Unauthorized, Unavailable
from services.chassis.web.door import came_from, notice, page_router, refusal, web_of
from services.chassis.web.formats import LOCALES
from services.chassis.web.oidc import BACK, RefusedByIssuer
from services.chassis.web.pages import LANGUAGE_COOKIE, language_cookie
from services.chassis.web.places import DESKS, local_path

_LONGEST = 4000


def home_router() -> APIRouter:
    """`/`, `/sign-in`, its way back, `/language` and `/sign-out`."""
    router = APIRouter(include_in_schema=False)
    router.include_router(_everybodys())

    @router.get("/sign-in")
    async def sign_in(request: Request, then: str | None = None) -> Response:
        web = web_of(request)
        begun = web.cookies.begin_sign_in(local_path(then))
        try:
            response: Response = RedirectResponse(await web.issuer.sign_in_address(begun), status_code=303)
        except Unavailable as error:
            return refusal(request, error)
        web.cookies.keep_sign_in(response, begun)
        return response

    @router.get(BACK)
    async def back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        web = web_of(request)
        try:
            response = await _signed_in(request, state[:_LONGEST], code[:_LONGEST], error)
        except DomainError as refused:
            response = notice(request, status=refused.status, text=refused.message)
        web.cookies.end_sign_in(response)
        return response

    return router


async def _signed_in(request: Request, state: str, code: str, error: str) -> Response:
    """Trade the code for a session. Raises Unauthorized for an answer that is not to this browser's question."""
    web = web_of(request)
    begun = web.cookies.sign_in(request.cookies)
    if begun is None or not hmac.compare_digest(state.encode(), begun.state.encode()):
        raise Unauthorized("this sign-in has run out, or was begun in another browser; begin it again")
    if error or not code:
        raise Unauthorized("the sign-in was broken off")
    try:
        tokens = await web.issuer.exchange(code, begun)
    except RefusedByIssuer:
        raise Unauthorized("the sign-in has run out; begin it again") from None
    try:
        await web.verify(tokens.access)
    except Unauthorized as useless:
        # The issuer knows them and would send them back at once: without a word here they went round for ever.
        raise Forbidden(f"your account cannot be used here yet: {useless.message}; ask your operators") from None
    response = RedirectResponse(begun.then, status_code=303)
    session = web.cookies.begin_session(tokens.access, tokens.refresh)
    try:
        web.cookies.keep_session(response, session, request.cookies)
    except ValueError as too_long:
        raise Forbidden(str(too_long)) from None
    return response


def _spoken(request: Request, language: str) -> Response:
    """Back to where they were, in this language from now on. Raises Invalid for one that the pages do not speak."""
    if language not in LOCALES:
        raise Invalid("these pages do not speak that language: choose one of those in the menu", field="language")
    response = RedirectResponse(came_from(request), status_code=303)
    names = (LANGUAGE_COOKIE, language_cookie(request.state.principal.person))
    web_of(request).cookies.keep_language(response, names, language)
    return response


def _everybodys() -> APIRouter:
    router = page_router("", for_everybody=True)

    @router.get("/")
    async def home(request: Request) -> Response:
        who = request.state.principal
        desk = DESKS.get((who.tier, who.role))
        if desk is not None:
            return RedirectResponse(desk, status_code=303)
        return web_of(request).pages.answer(request, "home.j2")

    @router.get("/signed-in")
    async def signed_in(request: Request) -> Response:
        return web_of(request).pages.answer(request, "signed_in.j2")

    @router.get("/session")
    async def session(request: Request) -> Response:
        # For a page that is open while its person signs in anew, so that nothing typed on it is lost.
        return JSONResponse({"person": request.state.principal.person, "csrf": request.state.csrf})

    @router.post("/language")
    async def language(request: Request, language: Annotated[str, Form()]) -> Response:
        return _spoken(request, language)

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        web = web_of(request)
        try:
            address = await web.issuer.sign_out_address()
        except Unavailable:  # here, at least, they are signed out
            address = "/"
        response = RedirectResponse(address, status_code=303)
        web.cookies.end_session(response, request.cookies)
        request.state.session = None  # nor does a renewal on the way bring it back
        return response

    return router
