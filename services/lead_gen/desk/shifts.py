"""The caller's shift: signing on, breaks, signing off with the day in figures."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router
from services.lead_gen.actions import shifts
from services.lead_gen.actions.call_drafts import drop_empty
from services.lead_gen.desk.calls import CALLER
from services.lead_gen.desk.shown import Shown, after_act

router: APIRouter = page_router("/desk/shifts")


@router.post("/{shift_id}/sign-on", dependencies=CALLER)
async def sign_on(request: Request, conn: Conn, who: Who, shift_id: Id) -> Response:
    """The shift begins."""
    await shifts.sign_on(conn, shift_id, who.person)
    return await after_act(request, conn, who.person, Shown())


@router.post("/{shift_id}/sign-off", dependencies=CALLER)
async def sign_off(request: Request, conn: Conn, who: Who, shift_id: Id) -> Response:
    """The shift ends; everything goes back to the queue."""
    await shifts.sign_off(conn, shift_id, who.person)
    await drop_empty(conn, who.person)
    return await after_act(request, conn, who.person, Shown())


@router.post("/{shift_id}/break", dependencies=CALLER)
async def begin_break(request: Request, conn: Conn, who: Who, shift_id: Id) -> Response:
    """A break begins; the lead in hand goes back to the queue."""
    await shifts.begin_break(conn, shift_id, who.person)
    await drop_empty(conn, who.person)
    return await after_act(request, conn, who.person, Shown())


@router.post("/{shift_id}/resume", dependencies=CALLER)
async def end_break(request: Request, conn: Conn, who: Who, shift_id: Id) -> Response:
    """Back to work."""
    await shifts.end_break(conn, shift_id, who.person)
    return await after_act(request, conn, who.person, Shown())
