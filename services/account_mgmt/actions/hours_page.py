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
from services.chassis.weeks import Row, Stretch, Week, with_absences


@dataclass(frozen=True)
class ChosenPerson:
    """One account manager with the absences that have not ended."""

    person: AccountManager
    day: date
    absences: list[Absence]


@dataclass(frozen=True)
class HoursPage:
    """A week of everybody, who could cover, and the account manager who was chosen."""

    week: Week
    zone: ZoneInfo
    rows: list[Row]
    names: Mapping[str, str]
    chosen: ChosenPerson | None


async def read_hours(
    conn: Connection, day: date | None, now: datetime, person_id: str = "", chosen: date | None = None
) -> HoursPage:
    """The week of `day`, with one account manager if one was chosen."""
    zone = (await policies.rules(conn)).zone
    week = Week.of(day, now.astimezone(zone).date())
    people = sorted(
        (one for one in await account_managers.all_of_them(conn) if one.active), key=lambda one: (one.name, one.id)
    )
    names = {one.id: one.name for one in people}
    away = await manager_hours.between(conn, *week.bounds(zone))
    rows = [_row(one, week, zone, [gone for gone in away if gone.manager == one.id]) for one in people]
    who = next((one for one in people if one.id == person_id), None)
    open_ones = await account_managers.absences(conn, who.id) if who else []
    picked = ChosenPerson(who, chosen or week.monday, open_ones) if who else None
    return HoursPage(week, zone, rows, names, picked)


def _row(person: AccountManager, week: Week, zone: ZoneInfo, away: list[Absence]) -> Row:
    gone = [Stretch("away", one.starts_at, one.ends_at, one.reason) for one in away]
    return Row(person.id, person.name, zone, with_absences(week, [[] for _ in week.days], gone, zone))
