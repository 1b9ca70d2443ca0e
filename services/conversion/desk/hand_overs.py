"""Leads on offer: the part of the board that shows them, accept and decline."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.deal_board import colleagues, read_offered
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.hand_overs import accept_hand_over, decline_by_choice
from services.conversion.desk.board import STAFF
from services.conversion.desk.forms import AcceptForm, DeclineForm
from services.conversion.desk.parts import acted, asks_for_a_part, gone_to, said
from services.conversion.domain.hand_overs import DECLINES

router: APIRouter = page_router()


@router.get("/board/offers", dependencies=STAFF)
async def offers(request: Request, conn: Conn, who: Who) -> Response:
    """The leads on offer, as a part of the page."""
    return await _shown(request, conn, who)


async def _shown(request: Request, conn: Connection, who: Principal) -> Response:
    found = await read_offered(conn, who)
    bar, names = await desk_bar(conn, who), await colleagues(conn)
    context: dict[str, Any] = {"offered": found, "declines": DECLINES, "bar": bar, "names": names}
    return web_of(request).pages.answer(request, "_offers.j2", **context)


@router.post("/hand-overs/{item_id}/accept", dependencies=STAFF)
async def accept(request: Request, conn: Conn, who: Who, item_id: Id, form: Annotated[AcceptForm, Form()]) -> Response:
    """Take the lead, and go to its deal."""
    try:
        deal = await accept_hand_over(conn, item_id, who, form.manager or None)
    except DomainError as refused:
        if not asks_for_a_part(request):
            raise
        return said(request, refused)
    return gone_to(request, f"/conversion/desk/deals/{deal.id}")


@router.post("/hand-overs/{item_id}/decline", dependencies=STAFF)
async def decline(
    request: Request, conn: Conn, who: Who, item_id: Id, form: Annotated[DeclineForm, Form()]
) -> Response:
    """Give the lead back, with a reason."""
    return await acted(
        request,
        lambda: decline_by_choice(conn, item_id, who, form.reason, form.words),
        lambda: _shown(request, conn, who),
    )
