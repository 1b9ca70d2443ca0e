"""Shifts: planned by hand or by the rota, signed on and off, with breaks."""

from __future__ import annotations

from fastapi import APIRouter

from services.chassis.errors import Forbidden
from services.chassis.http import Conn, Id, Page, Pager, Principal, Who, allow, if_match, new_router, tagged
from services.lead_gen.actions.kinds import SHIFT
from services.lead_gen.actions.shifts import begin_break, end_break, plan_shift, sign_off, sign_on
from services.lead_gen.repository import shifts
from services.lead_gen.schemas.shifts import NewShift, ShiftView

router: APIRouter = new_router(tags=["shifts"])
SIGNERS = [allow("caller", "supervisor")]


def _caller(who: Principal) -> str | None:
    """Whose the shift must be; none for a supervisor, who may sign everybody on and off."""
    return who.person if who.role == "caller" else None


@router.post("/shifts", status_code=201, dependencies=[allow("supervisor")], summary="Plan a shift")
async def post_shift(conn: Conn, new: NewShift) -> ShiftView:
    """Times need an offset. 409 `overlap` when the caller has another shift in these hours."""
    return ShiftView.of(await plan_shift(conn, new))


@router.get("/shifts", dependencies=[allow("supervisor", "caller", "ops")], summary="Shifts")
async def list_shifts(conn: Conn, who: Who, pager: Pager, caller_id: str | None = None) -> Page[ShiftView]:
    """In order of planning. A caller sees their own."""
    mine = _caller(who) or caller_id
    found = await shifts.page(conn, caller_id=mine, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(ShiftView.of_all(found), pager.limit, key=lambda s: (s.created_at.isoformat(), s.id))


@router.get("/shifts/{shift_id}", dependencies=[allow("supervisor", "caller", "ops"), tagged()], summary="One shift")
async def get_shift(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """A caller sees their own. 403 `not_yours`."""
    shift = await shifts.get(conn, shift_id)
    if _caller(who) not in (None, shift.caller_id):
        raise Forbidden("This is somebody else's shift", code="not_yours")
    return ShiftView.of(shift)


_CHANGE = [*SIGNERS, if_match(get_shift, SHIFT, "shift_id")]


@router.post("/shifts/{shift_id}/sign-on", dependencies=_CHANGE, summary="Sign on")
async def begin(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """The first time counts. `POST /v1/calls/next` then gives whatever has waited longest."""
    return ShiftView.of(await sign_on(conn, shift_id, _caller(who)))


@router.post("/shifts/{shift_id}/sign-off", dependencies=_CHANGE, summary="Sign off")
async def end(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """Everything the caller holds goes back to the queue, and their callbacks go to the pool."""
    return ShiftView.of(await sign_off(conn, shift_id, _caller(who)))


@router.post("/shifts/{shift_id}/break", dependencies=_CHANGE, summary="Start a break")
async def interrupt(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """The lead in hand goes back to the queue; no new one is given until the break is over."""
    return ShiftView.of(await begin_break(conn, shift_id, _caller(who)))


@router.post("/shifts/{shift_id}/resume", dependencies=_CHANGE, summary="End a break")
async def resume(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """Back to work."""
    return ShiftView.of(await end_break(conn, shift_id, _caller(who)))
