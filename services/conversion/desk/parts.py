"""How the pages of this tier answer a form: the fresh part to a script, the whole page by its address to a browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from services.chassis.errors import DomainError
from services.chassis.web.door import web_of

BOARD = "/conversion/desk/"

Show = Callable[[], Awaitable[Response]]


def asks_for_a_part(request: Request) -> bool:
    """Whether a script asks, which puts the answer into the page that is there."""
    return "hx-request" in request.headers


async def acted(request: Request, act: Callable[[], Awaitable[Any]], show: Show, *, back: str = BOARD) -> Response:
    """Carry an act out and answer with what changed; a refusal is told where the person is, and changes nothing."""
    try:
        await act()
    except DomainError as refused:
        if not asks_for_a_part(request):
            raise
        return said(request, refused)
    return await show() if asks_for_a_part(request) else RedirectResponse(back, status_code=303)


def said(request: Request, refused: DomainError) -> Response:
    """The sentence of a refusal, for the place that the page keeps for it; its parts then look again by themselves."""
    headers = {"HX-Retarget": "#says", "HX-Reswap": "innerHTML", "HX-Trigger": "act.refused"}
    return web_of(request).pages.answer(
        request, "_says.j2", status=refused.status, headers=headers, text=refused.message, field=refused.field
    )


def gone_to(request: Request, address: str) -> Response:
    """Lead the browser to another page."""
    if asks_for_a_part(request):
        return Response(status_code=200, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)
