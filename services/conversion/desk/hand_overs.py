"""Leads on offer: the part of the board that shows them, accept and decline."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.hand_overs import accept_hand_over, decline_by_choice
from services.conversion.desk.board import STAFF
from services.conversion.desk.forms import AcceptForm, DeclineForm
from services.conversion.desk.parts import View, show_offers

router: APIRouter = page_router()


@router.get("/board/offers", dependencies=STAFF)
async def offers(request: Request, conn: Conn, who: Who) -> Response:
    """The leads on offer, as a part of the page."""
    return await show_offers(request, conn, who)


@router.post("/hand-overs/{item_id}/accept", dependencies=STAFF)
async def accept(request: Request, conn: Conn, who: Who, item_id: Id, form: Annotated[AcceptForm, Form()]) -> Response:
    """Take the lead and go to its deal; a supervisor gives it to a manager and stays."""
    deal = await accept_hand_over(conn, item_id, who, form.manager or None)
    if form.manager:
        return await web_of(request).after(request, View.of(request).place, lambda: show_offers(request, conn, who))
    return await web_of(request).after(request, f"/conversion/desk/deals/{deal.id}")


@router.post("/hand-overs/{item_id}/decline", dependencies=STAFF)
async def decline(
    request: Request, conn: Conn, who: Who, item_id: Id, form: Annotated[DeclineForm, Form()]
) -> Response:
    """Give the lead back, with a reason."""
    await decline_by_choice(conn, item_id, who, form.reason, form.words)
    return await web_of(request).after(request, View.of(request).place, lambda: show_offers(request, conn, who))
