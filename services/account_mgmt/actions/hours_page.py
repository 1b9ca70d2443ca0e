"""Absences of account managers as a week, and one account manager's to be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.account_mgmt.domain.account_managers import Absence, AccountManager
from services.account_mgmt.repository import account_managers, manager_hours
from services.account_mgmt.repository.policies import policies
from services.chassis.db import Connection
from services.chassis.listed import Part, Sought, page_with
from services.chassis.weeks import Row, Stretch, Week, with_absences


@dataclass(frozen=True)
class ChosenPerson:
    """One account manager with the absences that have not ended."""

    person: AccountManager
    day: date
    absences: list[Absence]


@dataclass(frozen=True)
class HoursPage:
    """A week of a page of the people, who could cover, and the account manager who was chosen."""

    week: Week
    zone: ZoneInfo
    part: Part[Row]
    names: Mapping[str, str]
    chosen: ChosenPerson | None

    @property
    def people(self) -> int:
        """How many account managers there are."""
        return len(self.names)


async def read_hours(
    conn: Connection,
    day: date | None,
    now: datetime,
    person_id: str = "",
    chosen: date | None = None,
    sought: Sought | None = None,
) -> HoursPage:
    """The week of `day` for those who are sought, with one account manager if one was chosen: then on their page,
    unless another is asked for."""
    zone = (await policies.rules(conn)).zone
    week, sought = Week.of(day, now.astimezone(zone).date()), sought or Sought()
    names = dict(sorted((await account_managers.names(conn)).items(), key=lambda one: (one[1], one[0])))
    found = sought.among(names, lambda one: names[one])
    part = Part.of(found, sought.page or page_with(found, lambda one: one == person_id))
    away = await manager_hours.between(conn, *week.bounds(zone), part.rows)
    rows = [_row(one, names[one], week, zone, [gone for gone in away if gone.manager == one]) for one in part.rows]
    who = await account_managers.get(conn, person_id) if person_id in names else None
    open_ones = await account_managers.absences(conn, who.id) if who else []
    picked = ChosenPerson(who, chosen or week.monday, open_ones) if who else None
    return HoursPage(week, zone, Part.counted(rows, part.count, part.page), names, picked)


def _row(person: str, name: str, week: Week, zone: ZoneInfo, away: list[Absence]) -> Row:
    gone = [Stretch("away", one.starts_at, one.ends_at, one.reason) for one in away]
    return Row(person, name, zone, with_absences(week, [[] for _ in week.days], gone, zone))
