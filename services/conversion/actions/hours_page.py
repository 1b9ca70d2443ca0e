"""Hours and absences of managers as a week, and one manager's hours to be changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.chassis.business_time import WEEK, Calendar, is_public_holiday
from services.chassis.db import Connection
from services.chassis.listed import Part, Sought, page_with
from services.chassis.weeks import Row, Stretch, Week, with_absences
from services.conversion.domain.absences import Absence
from services.conversion.domain.managers import Manager
from services.conversion.repository import absences, manager_hours, managers
from services.conversion.repository.policies import policies

_MOST = 1_000


@dataclass(frozen=True)
class ChosenManager:
    """One manager with the absences that have not ended; `hours` are their own or the tier's."""

    manager: Manager
    day: date
    hours: Calendar
    absences: list[Absence]


@dataclass(frozen=True)
class HoursPage:
    """A week of a page of `people` managers, and the manager who was chosen."""

    week: Week
    zone: ZoneInfo
    people: int
    part: Part[Row]
    chosen: ChosenManager | None


async def read_hours(
    conn: Connection,
    day: date | None,
    now: datetime,
    manager_id: str = "",
    chosen: date | None = None,
    sought: Sought | None = None,
) -> HoursPage:
    """The week of `day` for those who are sought, with one manager if one was chosen: without a page, on theirs."""
    usual = (await policies.rules(conn)).calendar
    zone = ZoneInfo(usual.timezone)
    week, sought = Week.of(day, now.astimezone(zone).date()), sought or Sought()
    names = await managers.names(conn, limit=_MOST)
    found = sought.among(names, lambda one: names[one])
    part = Part.of(found, sought.page or page_with(found, lambda one: one == manager_id))
    people = {one.id: one for one in await managers.named(conn, [*part.rows, manager_id])}
    away = await manager_hours.between(conn, *week.bounds(zone), part.rows)
    rows = [_row(people[one], week, usual, [gone for gone in away if gone.manager == one]) for one in part.rows]
    who = people.get(manager_id) if manager_id in names else None
    picked = await _chosen(conn, who, chosen or week.monday, usual, now) if who else None
    return HoursPage(week, zone, len(names), Part.counted(rows, part.count, part.page), picked)


async def hours_of(conn: Connection, manager: Manager) -> Calendar:
    """Their own hours, or the tier's."""
    return manager.hours or (await policies.rules(conn)).calendar


async def _chosen(conn: Connection, who: Manager, day: date, usual: Calendar, now: datetime) -> ChosenManager:
    return ChosenManager(who, day, who.hours or usual, await absences.of_manager(conn, who.id, now))


def _row(manager: Manager, week: Week, usual: Calendar, away: list[Absence]) -> Row:
    calendar = manager.hours or usual
    zone = ZoneInfo(calendar.timezone)
    cells = week.by_day(_hours(calendar, week), zone)
    for number, day in enumerate(week.days):
        has_hours = bool(calendar.week.get(WEEK[day.weekday()]))
        if has_hours and is_public_holiday(calendar.country, day, observed=calendar.observed):
            cells[number].append(Stretch("holiday"))
        elif has_hours and day in calendar.closed_on:
            cells[number].append(Stretch("off"))
    gone = [Stretch("away", one.starts_at, one.ends_at, one.reason) for one in away]
    return Row(manager.id, manager.name, zone, with_absences(week, cells, gone, zone))


def _hours(calendar: Calendar, week: Week) -> Iterator[Stretch]:
    start, end = week.bounds(ZoneInfo(calendar.timezone))
    for opens, closes in calendar.openings(start):
        if opens >= end:
            return
        yield Stretch("hours", opens, closes)
