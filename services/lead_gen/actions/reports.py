"""Figures put together for people: groups with their hours of work, weeks with what became of their leads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.lead_gen.domain.evaluation import cohorts, per_hour
from services.lead_gen.repository import reports
from services.lead_gen.repository.reports import Period
from services.lead_gen.schemas.reports import CallerReport, CohortStep, CohortView

ON_SHIFT = ("caller", "shift")
"""Groups whose hours of work are known from shifts."""


async def caller_reports(
    conn: Connection, by: str, period: Period, *, campaign_id: str | None, caller: str | None, timezone: str
) -> list[CallerReport]:
    """Calls per group with figures per hour of work.

    Hours are those of the shifts signed on to; where there are none, or shifts say nothing (of one campaign's calls,
    of an hour of the day), the clock hours in which the caller called.
    """
    rows = await reports.callers(conn, by, period, campaign_id=campaign_id, caller=caller, timezone=timezone)
    known = by in ON_SHIFT and campaign_id is None
    on_shift = await reports.hours_on_shift(conn, by, period) if known else {}
    return [_report(row, on_shift.get(row["group"], row["hours"])) for row in rows]


def _report(row: dict[str, Any], hours: float) -> CallerReport:
    named = row["first_caller"] if row["first_caller"] == row["last_caller"] else None
    rates = {f"{name}_per_hour": per_hour(row[name], hours) for name in ("calls", "contacts", "handed_over")}
    return CallerReport.model_validate({**row, "caller": named, "hours": round(hours, 2), **rates})


async def cohort_views(
    conn: Connection, period: Period, *, campaign_id: str | None, timezone: str, weeks: int
) -> list[CohortView]:
    """Weeks of first calls, the earliest first."""
    groups = await reports.cohort_groups(conn, period, campaign_id, timezone)
    today = datetime.now(UTC).astimezone(ZoneInfo(timezone)).date()
    return [
        CohortView(
            week=cohort.week,
            size=cohort.size,
            **cohort.ever,
            after=[CohortStep(weeks=number, **steps) for number, steps in enumerate(cohort.after, start=1)],
        )
        for cohort in cohorts(groups, weeks=weeks, today=today)
    ]
