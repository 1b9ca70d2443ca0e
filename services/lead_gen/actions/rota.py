"""The rota: weekly hours and exceptions, and the shifts that they plan, two weeks ahead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.chassis import edits, staff
from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.errors import Invalid
from services.lead_gen.actions.kinds import ROTA_DAY
from services.lead_gen.domain.rota import DayException, Pattern, Planned, RotaException, RotaPattern, plan
from services.lead_gen.repository import callers, rota, shifts
from services.lead_gen.schemas.rota import NewException, NewPattern

AHEAD = timedelta(days=14)
LONGEST_PLAN = timedelta(days=62)
Check = Callable[[RotaException | None], Awaitable[None]]
"""Raises unless what differs on a day may be replaced, which is held meanwhile."""


async def add_pattern(conn: Connection, new: NewPattern) -> RotaPattern:
    """Add weekly hours of a caller and plan their shifts. Raises Invalid `caller_id`."""
    await check_caller(conn, new.caller_id)
    pattern = await rota.add_pattern(conn, Pattern.of(new))
    await _replan(conn, new.caller_id)
    return pattern


async def remove_pattern(conn: Connection, pattern_id: str) -> RotaPattern:
    """Remove a line from the rota, with its shifts that have not begun. Raises NotFound."""
    pattern = await rota.remove_pattern(conn, pattern_id)
    await _replan(conn, pattern.caller_id)
    return pattern


async def put_exception(
    conn: Connection, new: NewException, who: Principal, check: Check | None = None
) -> RotaException:
    """Add a day off or a day with other hours, which replaces the weekly hours, and what differed before.

    Raises Invalid `caller_id`, and what `check` raises.
    """
    await check_caller(conn, new.caller_id)
    was = await _hold_day(conn, new.caller_id, new.day, check)
    exception = await rota.put_exception(conn, DayException.of(new))
    await _note(conn, new.caller_id, new.day, who, was, exception)
    await _replan(conn, new.caller_id)
    return exception


async def remove_exception(
    conn: Connection, caller_id: str, day: date, who: Principal, check: Check | None = None
) -> None:
    """The weekly hours count again on this day. Raises NotFound, and what `check` raises."""
    was = await _hold_day(conn, caller_id, day, check)
    await rota.remove_exception(conn, caller_id, day)
    await _note(conn, caller_id, day, who, was, None)
    await _replan(conn, caller_id)


def key_of_day(caller_id: str, day: date) -> str:
    """What changes of a caller's day are kept under, of the kind `ROTA_DAY`."""
    return f"{caller_id} {day}"


async def _hold_day(conn: Connection, caller_id: str, day: date, check: Check | None) -> RotaException | None:
    await edits.hold(conn, ROTA_DAY, key_of_day(caller_id, day))
    was = await rota.exception(conn, caller_id, day)
    if check is not None:
        await check(was)
    return was


async def _note(
    conn: Connection, caller_id: str, day: date, who: Principal, was: RotaException | None, now: RotaException | None
) -> None:
    key = key_of_day(caller_id, day)
    await edits.note(conn, ROTA_DAY, key, who.person, _shown(was), _shown(now))
    await staff.remember(conn, who)


def _shown(one: RotaException | None) -> dict[str, Any]:
    return one.model_dump(mode="json", include={"day", "starts", "ends", "reason"}) if one else {}


async def check_caller(conn: Connection, caller_id: str) -> None:
    """Raises Invalid `caller_id` when there is no such caller."""
    if not await callers.exists(conn, caller_id):
        raise Invalid(f"There is no caller {caller_id}", field="caller_id")


async def planned_between(conn: Connection, begins: datetime, ends: datetime) -> list[Planned]:
    """Shifts of the rota that begin between two moments, two months apart at most. Raises Invalid `to`."""
    if not timedelta(0) < ends - begins <= LONGEST_PLAN:
        raise Invalid("must be later than `from`, by two months at most", field="to")
    patterns, exceptions = await rota.of_active(conn)
    return plan(patterns, exceptions, begins, ends)


async def plan_ahead(conn: Connection, caller_id: str | None = None) -> int:
    """Write the shifts of the next two weeks, of one caller or of everybody; how many are new."""
    now = datetime.now(UTC)
    patterns, exceptions = await rota.of_active(conn, caller_id)
    return await shifts.write_planned(conn, plan(patterns, exceptions, now, now + AHEAD))


async def plan_anew(conn: Connection, caller_id: str) -> None:
    """Plan a caller's shifts again, except those that have begun."""
    await shifts.forget_planned(conn, caller_id)
    await plan_ahead(conn, caller_id)


async def _replan(conn: Connection, caller_id: str) -> None:
    await plan_anew(conn, caller_id)
    await callers.callbacks_to_pool(conn, caller_id)


async def keep_rota(pool: Pool) -> None:
    """A sweep: keep shifts planned two weeks ahead."""
    async with pool.acquire() as conn, conn.transaction():
        await plan_ahead(conn)
