"""Reports put together for people: groups with their hours of work, weeks with what became of their leads."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.lead_gen.domain.reports import (
    ON_SHIFT,
    CallerFigures,
    CallFilter,
    Cohort,
    Period,
    cohorts,
    figures_of,
)
from services.lead_gen.repository import reports


async def caller_figures(conn: Connection, by: str, period: Period, calls: CallFilter) -> list[CallerFigures]:
    """Calls per group with figures per hour of work.

    Hours are those of the shifts signed on to; where there are none, or shifts say nothing (of one campaign's calls,
    of an hour of the day), the clock hours in which the caller called.
    """
    groups = await reports.call_groups(conn, by, period, calls)
    known = by in ON_SHIFT and calls.campaign_id is None
    on_shift = await reports.hours_on_shift(conn, by, period) if known else {}
    return [figures_of(group, on_shift.get(group.group or "", group.hours)) for group in groups]


async def cohorts_of(
    conn: Connection, period: Period, *, campaign_id: str | None, timezone: str, weeks: int
) -> list[Cohort]:
    """Weeks of first calls, the earliest first, each followed for so many weeks at most."""
    groups = await reports.cohort_groups(conn, period, campaign_id, timezone)
    today = datetime.now(UTC).astimezone(ZoneInfo(timezone)).date()
    return cohorts(groups, weeks=weeks, today=today)
