"""The figures of the reports' pages, by the same counts as REST, put together as people compare them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Self

from services.chassis.db import Connection
from services.chassis.reports.periods import Span
from services.lead_gen.actions.reports import caller_figures
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.reports import (
    CallerFigures,
    CallFilter,
    CallGroup,
    Period,
    ScriptFigures,
    Step,
    WorkFigures,
    funnel_steps,
)
from services.lead_gen.repository import callers, reports, script_reports

Moments = tuple[datetime, datetime]


class CallerRow(CallerFigures):
    """A caller's figures with their name, their time on the telephone and the calls their shifts asked for."""

    name: str
    talk: timedelta | None = None
    quota: int = 0

    @property
    def waiting(self) -> int:
        """Handed over, and not accepted so far."""
        return self.handed_over - self.accepted

    @classmethod
    def sum_of(cls, rows: Sequence[CallerRow]) -> CallerRow:
        """All of them together, where counts add up."""
        names = ("calls", "contacts", "interested", "hard_questions", "handed_over", "accepted", "won")
        counts = {name: sum(getattr(one, name) for one in rows) for name in names}
        nothing = dict.fromkeys(("calls_per_hour", "contacts_per_hour", "handed_over_per_hour"))
        return cls(group=None, label=None, caller=None, name="", hours=0, **counts, **nothing)


class DayRow(CallGroup):
    """The calls of one day."""

    @property
    def day(self) -> date:
        """Which day."""
        return date.fromisoformat(self.group or "")

    @classmethod
    def empty(cls, day: date) -> Self:
        """A day without a call."""
        names = ("calls", "contacts", "interested", "hard_questions", "handed_over", "accepted", "won")
        named = dict.fromkeys(("label", "first_caller", "last_caller"))
        return cls(group=day.isoformat(), **named, **dict.fromkeys(names, 0))


async def read_steps(conn: Connection, during: Moments, campaign_id: str | None) -> tuple[list[Step], list[Step]]:
    """The funnel's steps, and how many called us by themselves."""
    found = await reports.steps(conn, Period(*during), campaign_id)
    inbound = [Step(key=name, leads=getattr(found, name), out_of=0) for name in ("inbound", "inbound_won")]
    return funnel_steps(found), inbound if found.inbound else []


async def by_day(conn: Connection, during: Moments, campaign_id: str | None, span: Span) -> list[DayRow]:
    """Calls and hand-overs of each day, those without any as well, up to today."""
    wanted = CallFilter(timezone=HOME_ZONE, campaign_id=campaign_id)
    found = {one.group: one for one in await reports.call_groups(conn, "day", Period(*during), wanted)}
    today = span.now.astimezone(span.zone).date()
    days = [span.first + timedelta(days=n) for n in range(span.days)]
    return [
        DayRow(**dict(found[day.isoformat()])) if day.isoformat() in found else DayRow.empty(day)
        for day in days
        if day <= today
    ]


async def by_caller(conn: Connection, during: Moments, campaign_id: str | None) -> list[CallerRow]:
    """Callers by name."""
    period, wanted = Period(*during), CallFilter(timezone=HOME_ZONE, campaign_id=campaign_id)
    figures = await caller_figures(conn, "caller", period, wanted)
    work = {one.caller: one for one in await reports.work_figures(conn, period, wanted)}
    names = await callers.names(conn, [one.group for one in figures if one.group])
    rows = [_caller(one, names.get(one.group or "", one.group or ""), work.get(one.group or "")) for one in figures]
    return sorted(rows, key=lambda one: one.name)


def _caller(found: CallerFigures, name: str, work: WorkFigures | None) -> CallerRow:
    talk = timedelta(seconds=work.talk_seconds) if work and work.talk_seconds else None
    return CallerRow(**dict(found), name=name, talk=talk, quota=work.quota if work else 0)


async def by_campaign(conn: Connection, during: Moments, campaign_id: str | None) -> list[CallerFigures]:
    """Campaigns by name; calls of none come last."""
    wanted = CallFilter(timezone=HOME_ZONE, campaign_id=campaign_id)
    return await caller_figures(conn, "campaign", Period(*during), wanted)


async def read_scripts(conn: Connection, during: Moments, campaign_id: str | None) -> list[ScriptFigures]:
    """Versions of scripts that led calls."""
    return await script_reports.script_totals(conn, Period(*during), campaign_id)
