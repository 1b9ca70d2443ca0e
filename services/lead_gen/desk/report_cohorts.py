"""Cohorts as tables: weeks of first calls, and weeks in which leads came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from services.chassis.db import Connection
from services.chassis.reports.tables import Column, Line, Point, Table, table
from services.chassis.web.report_pages import Ask
from services.lead_gen.actions.reports import cohorts_of, import_cohorts
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.reports import Cohort, ImportCohort, Period

WEEKS = 8
_WEEK = timedelta(days=6)


async def cohort_tables(conn: Connection, asked: Ask) -> Sequence[Table]:
    """By first call with how fast leads were handed over, and by the week in which leads came."""
    campaign = asked.filters.get("campaign")
    period = Period(*asked.during)
    called = await cohorts_of(conn, period, campaign_id=campaign, timezone=HOME_ZONE, weeks=WEEKS)
    came = await import_cohorts(conn, period, campaign_id=campaign, timezone=HOME_ZONE)
    return [_called(asked, called), _speed(asked, called), _came(asked, came)]


def _called(asked: Ask, found: Sequence[Cohort]) -> Table:
    _ = asked.words
    columns = [
        Column(_("Week of the first call"), "week", "day"),
        Column(_("Leads"), "size", picture="bar", href=_of_week(asked, "first_called")),
        Column(_("Reached"), _ever("reached"), href=_of_week(asked, "first_reached")),
        Column(_("Handed over"), _ever("handed_over"), href=_of_week(asked, "first_handed_over")),
        Column(_("Accepted"), _ever("accepted"), href=_of_week(asked, "first_accepted")),
        Column(_("Won"), _ever("won"), href=_of_week(asked, "first_won")),
        Column(
            _("Handed over, share"), lambda one: one.ever["handed_over"] / one.size if one.size else None, "percent"
        ),
    ]
    return table("called", _("By the week of the first call"), columns, found)


def _speed(asked: Ask, found: Sequence[Cohort]) -> Table:
    """Which share was handed over within so many weeks; only what has passed for every lead of the week."""
    _ = asked.words
    weeks = max((len(one.after) for one in found), default=0)
    columns = [Column(_("Week of the first call"), "week", "day"), Column(_("Leads"), "size")]
    columns += [Column(_("within %(num)s w") % {"num": n}, _within(n), "percent") for n in range(1, weeks + 1)]
    shown = [one for one in found if one.after]
    lines = [
        Line(
            f"{one.week:%d.%m}",
            [Point(str(n), _within(n)(one) or 0.0) for n in range(1, len(one.after) + 1)],
            percent=True,
        )
        for one in sorted(shown, key=lambda one: -len(one.after))[:4]
    ]
    note = _("Weeks that have not passed for every lead of a cohort are left out: the young are not judged too early.")
    return table("speed", _("How fast they are handed over"), columns, shown, lines=lines, note=note)


def _came(asked: Ask, found: Sequence[ImportCohort]) -> Table:
    _ = asked.words
    columns = [
        Column(_("Week in which they came"), "week", "day"),
        Column(_("Leads"), "size", picture="bar", href=_of_week(asked, "came")),
        Column(_("Called"), "called", href=_of_week(asked, "came_called")),
        Column(_("Handed over"), "handed_over", href=_of_week(asked, "came_handed_over")),
        Column(_("Accepted"), "accepted", href=_of_week(asked, "came_accepted")),
        Column(_("Won"), "won", href=_of_week(asked, "came_won")),
    ]
    return table("came", _("By the week in which leads came"), columns, found)


def _ever(step: str) -> Callable[[Cohort], int]:
    return lambda one: one.ever[step]


def _within(weeks: int) -> Callable[[Cohort], float | None]:
    return lambda one: one.after[weeks - 1]["handed_over"] / one.size if len(one.after) >= weeks and one.size else None


def _of_week(asked: Ask, figure: str) -> Any:
    """The leads of one week, as far as the week lies in the period."""
    span = asked.choice.span

    def href(one: Cohort | ImportCohort) -> str:
        days: tuple[date, date] = (max(one.week, span.first), min(one.week + _WEEK, span.last))
        return asked.records(figure, **{"from": days[0].isoformat(), "to": days[1].isoformat()})

    return href
