"""When to call somebody back: what their own window and the caller's shifts allow."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.lead_gen.domain.callback_times import Day, PickedTime, QuickTime, days_of, nearest_times, quick_times
from services.lead_gen.domain.leads import Lead
from services.lead_gen.repository import callers, shifts
from services.lead_gen.repository.policies import policies

_PLANNED = timedelta(days=21)


async def callback_times(
    conn: Connection, caller: str, timezone: str, now: datetime
) -> tuple[list[QuickTime], list[Day], bool]:
    """(times that are often asked for, the days of the lead's window, whether any shift of the caller is planned)."""
    policy = await policies.rules(conn)
    spans = await shifts.spans(conn, caller, now + _PLANNED)
    return quick_times(policy, timezone, now), days_of(policy, timezone, now, spans), bool(spans)


async def picked_time(conn: Connection, caller: str, timezone: str, at: datetime, now: datetime) -> PickedTime:
    """What will happen with a callback at this time."""
    nearest = nearest_times(await policies.rules(conn), timezone, at, now)
    return PickedTime(at=at, nearest=nearest, mine=await callers.will_be_there(conn, caller, at))


async def check_callback(conn: Connection, lead: Lead, at: datetime, now: datetime) -> None:
    """Raises Conflict `outside_window` for a time at which this lead may not be called: it is never moved in silence.

    `nearest_before` and `nearest_after` are the allowed times around it. The first is null if it is over already; both
    are if the lead may be in zones that have no hour in common.
    """
    nearest = nearest_times(await policies.rules(conn), lead.calling_zones, at, now)
    if nearest is None:
        return
    text = "They are closed then" if nearest.after else "Nobody knows their time zone: ask where they are, and say so"
    times = {"nearest_before": nearest.before, "nearest_after": nearest.after, "timezone": lead.timezone}
    raise Conflict(text, field="callback_at", code="outside_window", detail=times)
