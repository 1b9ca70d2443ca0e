"""Reports put together for people: groups with their hours of work, weeks with what became of their leads."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.lead_gen.domain.reports import (
    CallerFigures,
    CallFilter,
    Cohort,
    ImportCohort,
    Period,
    cohorts,
    figures_of,
)
from services.lead_gen.repository import cohorts as weeks_of
from services.lead_gen.repository import hours, reports


async def caller_figures(conn: Connection, by: str, period: Period, calls: CallFilter) -> list[CallerFigures]:
    """Calls per group with figures per hour of work."""
    groups = await reports.call_groups(conn, by, period, calls)
    worked = await hours.hours_of_work(conn, by, period, calls)
    return [figures_of(group, worked.get(group.group, 0.0)) for group in groups]


async def cohorts_of(
    conn: Connection, period: Period, *, campaign_id: str | None, timezone: str, weeks: int
) -> list[Cohort]:
    """Weeks of first calls, the earliest first, each followed for so many weeks at most."""
    groups = await weeks_of.cohort_groups(conn, period, campaign_id, timezone)
    today = datetime.now(UTC).astimezone(ZoneInfo(timezone)).date()
    return cohorts(groups, weeks=weeks, today=today)


async def import_cohorts(
    conn: Connection, period: Period, *, campaign_id: str | None, timezone: str
) -> list[ImportCohort]:
    """Weeks in which leads came, the earliest first, with how far they got."""
    return await weeks_of.by_arrival(conn, period, campaign_id, timezone)
