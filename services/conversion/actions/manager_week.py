"""Reading a manager's week: meetings, times kept for leads, absences, and what is free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.conversion.actions.deals import now
from services.conversion.actions.teams import whose_deals
from services.conversion.domain.board import Card
from services.conversion.domain.policy import Policy
from services.conversion.domain.week import Day, Entry, Week, bounds, monday_of, week_of
from services.conversion.repository import absences, managers, week
from services.conversion.repository.policies import policies

_BOOKABLE = 12


async def read_week(conn: Connection, manager: str, day: date | None = None, policy: Policy | None = None) -> Week:
    """The week of this day (today's, if none is given) in a manager's calendar; of somebody unknown it is empty."""
    at = now()
    policy = policy or await policies.rules(conn)
    known = await managers.find(conn, manager)
    calendar = (known.hours if known else None) or policy.calendar
    zone = ZoneInfo(calendar.timezone)
    monday = monday_of(day or at.astimezone(zone).date())
    start, end = bounds(monday, zone)
    entries: list[Entry] = await week.meetings_between(conn, manager, start, end)
    entries += [
        Entry(kind="absence", id=one.id, starts_at=one.starts_at, ends_at=one.ends_at, reason=one.reason)
        for one in await absences.between(conn, manager, start, end)
    ]
    entries.sort(key=lambda one: (one.starts_at, one.id))
    return week_of(manager, monday, calendar, entries, at, timedelta(minutes=policy.meeting_minutes))


async def coming_days(conn: Connection, manager: str, count: int, policy: Policy | None = None) -> Sequence[Day]:
    """Today and the days after it, as many as asked for: those of work, and those with something in them."""
    policy = policy or await policies.rules(conn)
    this = await read_week(conn, manager, policy=policy)
    today = now().astimezone(this.zone).date()
    ahead = _ahead(this, today)
    if len(ahead) < count:
        ahead += _ahead(await read_week(conn, manager, this.monday + timedelta(days=7), policy), today)
    return ahead[:count]


def _ahead(week: Week, today: date) -> list[Day]:
    return [day for day in week.days if day.day >= today and (day.opens or day.entries)]


async def unmanned(conn: Connection, who: Principal) -> Sequence[Entry]:
    """Up to twelve coming meetings to which nobody comes as yet, among those that this person may see."""
    return await week.unmanned(conn, await whose_deals(conn, who), now(), _BOOKABLE)


async def bookable(conn: Connection, manager: str) -> Sequence[Card]:
    """Up to twelve deals of a manager that have no meeting ahead, those whose step is next first."""
    return await week.without_meeting(conn, manager, now(), _BOOKABLE)
