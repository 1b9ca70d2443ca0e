"""When to call somebody back: what their own window and the caller's shifts allow."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.lead_gen.domain.callback_times import Day, PickedTime, QuickTime, days_of, quick_times
from services.lead_gen.domain.window import is_open, next_open_if_any
from services.lead_gen.repository import callers, leads, shifts
from services.lead_gen.repository.policies import policies

_PLANNED = timedelta(days=21)


async def callback_times(
    conn: Connection, caller: str, timezone: str, now: datetime
) -> tuple[list[QuickTime], list[Day], bool]:
    """(times that are often asked for, the days of the lead's window, whether any shift of the caller is planned)."""
    policy = await policies.rules(conn)
    spans = await shifts.spans(conn, caller, now + _PLANNED)
    return quick_times(policy, timezone, now), days_of(policy, timezone, now, spans), bool(spans)


async def picked_time(conn: Connection, caller: str, timezone: str, at: datetime) -> PickedTime:
    """What will happen with a callback at this time."""
    policy = await policies.rules(conn)
    nearest = next_open_if_any(policy, timezone, at)
    return PickedTime(
        at=at,
        is_open=is_open(policy, timezone, at),
        nearest=nearest,
        mine=await callers.will_be_there(conn, caller, nearest or at),
    )


async def check_callback(conn: Connection, item_id: str, at: datetime) -> None:
    """Raises Invalid `callback_at` for a time at which this lead may not be called; `nearest` is the next one."""
    item = await work_items.get(conn, item_id)
    lead = await leads.get(conn, item.lead_id)
    policy = await policies.rules(conn)
    if not is_open(policy, lead.calling_zones, at):
        nearest = next_open_if_any(policy, lead.calling_zones, at)
        text = "They are closed then" if nearest else "Nobody knows their time zone: ask where they are, and say so"
        detail = {"nearest": nearest} if nearest else {}
        raise Invalid(text, field="callback_at", code="closed", detail=detail)
