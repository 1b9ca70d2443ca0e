"""Shifts: planned, signed on and off, interrupted by breaks, and closed when somebody forgot to sign off."""

from __future__ import annotations

from services.chassis.db import Connection, Pool
from services.chassis.errors import Conflict, Forbidden
from services.chassis.events import publish
from services.lead_gen.actions.callers import return_leases, take_work_back
from services.lead_gen.actions.rota import check_caller
from services.lead_gen.domain.shifts import Shift
from services.lead_gen.repository import callers, shifts
from services.lead_gen.schemas.shifts import NewShift


async def plan_shift(conn: Connection, new: NewShift) -> Shift:
    """Plan a shift by hand. Raises Invalid `caller_id`, Conflict `overlap`."""
    await check_caller(conn, new.caller_id)
    return await shifts.add(conn, new.caller_id, starts_at=new.starts_at, ends_at=new.ends_at, quota=new.quota)


async def sign_on(conn: Connection, shift_id: str, caller: str | None) -> Shift:
    """The shift begins; the first time counts. `caller` is the person asking, unless it is a supervisor.

    Raises NotFound, Forbidden `not_yours`, Conflict `wrong_state`, `inactive`.
    """
    shift = await _held(conn, shift_id, caller)
    if shift.signed_off_at is not None:
        raise Conflict("This shift is over", code="wrong_state")
    if not (await callers.get(conn, shift.caller_id)).active:
        raise Conflict("This caller is not active", code="inactive")
    now = await shifts.sign_on(conn, shift_id)
    await publish(conn, "shift_began", shift_id=shift_id)
    return now


async def sign_off(conn: Connection, shift_id: str, caller: str | None) -> Shift:
    """The shift ends: everything goes back to the queue. Raises NotFound, Forbidden `not_yours`."""
    await _held(conn, shift_id, caller)
    shift = await shifts.sign_off(conn, shift_id)
    await take_work_back(conn, shift.caller_id)
    await publish(conn, "shift_ended", shift_id=shift_id)
    return shift


async def begin_break(conn: Connection, shift_id: str, caller: str | None) -> Shift:
    """A break begins: the lead in hand goes back to the queue. Raises as `sign_off`, and Conflict `wrong_state`."""
    await _signed_on(conn, shift_id, caller)
    shift = await shifts.set_break(conn, shift_id, begins=True)
    await return_leases(conn, shift.caller_id)
    return shift


async def end_break(conn: Connection, shift_id: str, caller: str | None) -> Shift:
    """Back to work. Raises as `begin_break`."""
    await _signed_on(conn, shift_id, caller)
    return await shifts.set_break(conn, shift_id, begins=False)


async def _held(conn: Connection, shift_id: str, caller: str | None) -> Shift:
    shift = await shifts.get(conn, shift_id, lock=True)
    if caller is not None and shift.caller_id != caller:
        raise Forbidden("This is somebody else's shift", code="not_yours")
    return shift


async def _signed_on(conn: Connection, shift_id: str, caller: str | None) -> None:
    if not (await _held(conn, shift_id, caller)).is_on:
        raise Conflict("Nobody is signed on to this shift", code="wrong_state")


async def close_shifts(pool: Pool) -> None:
    """A sweep: sign off whoever forgot to; what they hold goes back to the queue, and their callbacks to the pool."""
    async with pool.acquire() as conn, conn.transaction():
        for shift in await shifts.close_ended(conn):
            await take_work_back(conn, shift.caller_id)
            await publish(conn, "shift_ended", shift_id=shift.id)
