"""Shifts: planned by hand or by the rota, signed on and off, with breaks."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from services.chassis.db import Connection
from services.chassis.errors import Conflict, Forbidden, Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Page, Pager, Principal, Who, allow, new_router
from services.lead_gen.actions.shifts import plan_ahead
from services.lead_gen.domain.rota import plan
from services.lead_gen.repository import callers, lookups, shifts
from services.lead_gen.schemas.shifts import (
    ExceptionView,
    NewException,
    NewPattern,
    NewShift,
    PatternView,
    PlannedView,
    ShiftView,
)

router: APIRouter = new_router(tags=["shifts"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("supervisor", "caller", "ops")]
SIGNERS = [allow("caller", "supervisor")]
LONGEST_PLAN = timedelta(days=62)


@router.post("/shifts", status_code=201, dependencies=SUPERVISOR, summary="Plan a shift")
async def add_shift(conn: Conn, new: NewShift) -> ShiftView:
    """Times need an offset. 409 `overlap` when the caller has another shift in these hours."""
    await _check_caller(conn, new.caller_id)
    return await shifts.add(conn, new)


async def _check_caller(conn: Connection, caller_id: str) -> None:
    if not await lookups.exists(conn, "callers", caller_id):
        raise Invalid(f"There is no caller {caller_id}", field="caller_id")


@router.get("/shifts", dependencies=STAFF, summary="Shifts")
async def list_shifts(conn: Conn, who: Who, pager: Pager, caller_id: str | None = None) -> Page[ShiftView]:
    """In order of planning. A caller sees his own."""
    mine = who.person if who.role == "caller" else caller_id
    found = await shifts.page(conn, caller_id=mine, limit=pager.limit + 1, after=pager.time_and_id())
    return Page.of(found, pager.limit, key=lambda s: (s.created_at.isoformat(), s.id))


async def _own(conn: Connection, who: Principal, shift_id: str) -> ShiftView:
    shift = await shifts.get(conn, shift_id, lock=True)
    if who.role == "caller" and shift.caller_id != who.person:
        raise Forbidden("This is somebody else's shift", code="not_yours")
    return shift


@router.post("/shifts/{shift_id}/sign-on", dependencies=SIGNERS, summary="The shift begins")
async def sign_on(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """The first time counts. Whatever waited longest is the first lead that `POST /v1/calls/next` gives."""
    shift = await _own(conn, who, shift_id)
    if shift.signed_off_at is not None:
        raise Conflict("This shift is over", code="wrong_state")
    if not (await callers.get(conn, shift.caller_id)).active:
        raise Conflict("This caller is not active", code="inactive")
    now = await shifts.sign_on(conn, shift_id)
    await publish(conn, "shift_began", shift_id=shift_id)
    return now


@router.post("/shifts/{shift_id}/sign-off", dependencies=SIGNERS, summary="The shift ends")
async def sign_off(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """Everything the caller holds goes back to the queue, and his callbacks of the time ahead are everybody's."""
    await _own(conn, who, shift_id)
    shift = await shifts.sign_off(conn, shift_id)
    await callers.return_leases(conn, shift.caller_id)
    await callers.callbacks_to_pool(conn, shift.caller_id)
    await publish(conn, "shift_ended", shift_id=shift_id)
    return shift


@router.post("/shifts/{shift_id}/break", dependencies=SIGNERS, summary="A break begins")
async def begin_break(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """The lead in hand goes back to the queue; no new one is given until the break is over."""
    await _on_shift(conn, who, shift_id)
    shift = await shifts.set_break(conn, shift_id, begins=True)
    await callers.return_leases(conn, shift.caller_id)
    return shift


@router.post("/shifts/{shift_id}/resume", dependencies=SIGNERS, summary="The break is over")
async def end_break(conn: Conn, who: Who, shift_id: Id) -> ShiftView:
    """Back to work."""
    await _on_shift(conn, who, shift_id)
    return await shifts.set_break(conn, shift_id, begins=False)


async def _on_shift(conn: Connection, who: Principal, shift_id: str) -> None:
    shift = await _own(conn, who, shift_id)
    if shift.signed_on_at is None or shift.signed_off_at is not None:
        raise Conflict("Nobody is signed on to this shift", code="wrong_state")


# The rota


@router.post("/rota", status_code=201, dependencies=SUPERVISOR, summary="Weekly hours of a caller")
async def add_pattern(conn: Conn, new: NewPattern) -> PatternView:
    """Shifts of the next two weeks are planned at once, later ones as time goes on."""
    await _check_caller(conn, new.caller_id)
    pattern = await shifts.add_pattern(conn, new)
    await _replan(conn, new.caller_id)
    return pattern


@router.get("/rota", dependencies=STAFF, summary="The rota")
async def list_patterns(conn: Conn, caller_id: str | None = None) -> Page[PatternView]:
    """By caller and weekday."""
    return Page(items=await shifts.patterns(conn, caller_id), next=None)


@router.delete("/rota/{pattern_id}", dependencies=SUPERVISOR, summary="Take a line out of the rota")
async def remove_pattern(conn: Conn, pattern_id: Id) -> PatternView:
    """Its shifts that have not begun go with it."""
    pattern = await shifts.remove_pattern(conn, pattern_id)
    await _replan(conn, pattern.caller_id)
    return pattern


@router.post("/rota/exceptions", status_code=201, dependencies=SUPERVISOR, summary="A day off, or with other hours")
async def put_exception(conn: Conn, new: NewException) -> ExceptionView:
    """It replaces everything the week says of that day; callbacks of a day off are everybody's."""
    await _check_caller(conn, new.caller_id)
    exception = await shifts.put_exception(conn, new)
    await _replan(conn, new.caller_id)
    return exception


@router.get("/rota/exceptions", dependencies=STAFF, summary="Days that are not like the others")
async def list_exceptions(conn: Conn, caller_id: str | None = None) -> Page[ExceptionView]:
    """By day, from a month ago on."""
    return Page(items=await shifts.exceptions(conn, caller_id), next=None)


@router.get("/rota/plan", dependencies=STAFF, summary="Who works when, by the rota")
async def planned(
    conn: Conn,
    begins: Annotated[AwareDatetime, Query(alias="from")],
    ends: Annotated[AwareDatetime, Query(alias="to")],
) -> Page[PlannedView]:
    """Shifts that begin between `from` and `to`, two months at most."""
    if not timedelta(0) < ends - begins <= LONGEST_PLAN:
        raise Invalid("must lie after `from`, by two months at most", field="to")
    patterns, exceptions = await shifts.rules(conn)
    found = [PlannedView(**vars(one)) for one in plan(patterns, exceptions, begins, ends)]
    return Page(items=found, next=None)


async def _replan(conn: Connection, caller_id: str) -> None:
    await shifts.forget_planned(conn, caller_id)
    await plan_ahead(conn, caller_id)
    await callers.callbacks_to_pool(conn, caller_id)
