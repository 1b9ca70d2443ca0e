"""A call that was lost before it was reported: taken back, given to the supervisor, or let go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router
from services.lead_gen.actions.call_drafts import give_to_supervisor, throw_away
from services.lead_gen.actions.calls import take_back
from services.lead_gen.desk.calls import CALLER
from services.lead_gen.desk.forms import HeldForm
from services.lead_gen.desk.shown import Shown, after_act

router: APIRouter = page_router("/desk/lost")


@router.post("/take-back", dependencies=CALLER)
async def take_it_back(request: Request, conn: Conn, who: Who, form: Annotated[HeldForm, Form()]) -> Response:
    """The lead is theirs again, with what was typed."""
    await take_back(conn, form.item_id, who.person)
    return await after_act(request, conn, who.person, Shown())


@router.post("/give", dependencies=CALLER)
async def give(request: Request, conn: Conn, who: Who, form: Annotated[HeldForm, Form()]) -> Response:
    """The supervisor gets what was typed."""
    await give_to_supervisor(conn, form.item_id, who.person)
    return await after_act(request, conn, who.person, Shown())


@router.post("/throw-away", dependencies=CALLER)
async def throw(request: Request, conn: Conn, who: Who, form: Annotated[HeldForm, Form()]) -> Response:
    """Nothing of it is wanted any more."""
    await throw_away(conn, form.item_id, who.person)
    return await after_act(request, conn, who.person, Shown())
