"""The rota as a week: who works when, what differs on a day, and what one caller's day is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.chassis.db import Connection
from services.chassis.listed import Part, Sought, page_with
from services.chassis.weeks import Row, Stretch, Week
from services.lead_gen.domain.callers import Caller
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.rota import RotaException, RotaPattern, plan
from services.lead_gen.repository import callers, rota_pages

_MOST = 1_000


@dataclass(frozen=True)
class RotaDay:
    """One caller's day: its weekly lines and what differs on this day only."""

    caller: Caller
    day: date
    lines: list[RotaPattern]
    exception: RotaException | None


@dataclass(frozen=True)
class RotaPage:
    """A week of a page of `people` callers, and the day that was chosen."""

    week: Week
    people: int
    part: Part[Row]
    chosen: RotaDay | None


async def read_rota(
    conn: Connection,
    day: date | None,
    now: datetime,
    caller_id: str = "",
    chosen: date | None = None,
    sought: Sought | None = None,
) -> RotaPage:
    """The week of `day` for those who are sought, with the day of one caller if one was chosen: without a page, on
    theirs."""
    zone = ZoneInfo(HOME_ZONE)
    week, sought = Week.of(day, now.astimezone(zone).date()), sought or Sought()
    people = await rota_pages.callers(conn, _MOST)
    who = next((one for one in people if one.id == caller_id), None)
    found = sought.among(people, lambda one: one.name)
    part = Part.of(found, sought.page or page_with(found, lambda one: one == who))
    shown = [*(one.id for one in part.rows), caller_id]
    patterns = await rota_pages.patterns(conn, shown)
    exceptions = await rota_pages.exceptions(conn, week.days[0], week.days[-1], shown)
    by_hand = await rota_pages.by_hand(conn, *week.bounds(zone))
    rows = [_row(one, week, patterns, exceptions, by_hand.get(one.id, [])) for one in part.rows]
    picked = _day(who, chosen, patterns, exceptions) if who and chosen else None
    return RotaPage(week, len(people), Part.counted(rows, part.count, part.page), picked)


async def zone_of_caller(conn: Connection, caller_id: str) -> str:
    """On whose clock a caller's hours are. Raises NotFound."""
    return (await callers.get(conn, caller_id)).timezone


def _row(
    caller: Caller, week: Week, patterns: list[RotaPattern], exceptions: list[RotaException],
    by_hand: list[tuple[datetime, datetime]],
) -> Row:  # fmt: skip
    zone = ZoneInfo(caller.timezone)
    special = {one.day: one for one in exceptions if one.caller_id == caller.id}
    mine = [one for one in patterns if one.caller_id == caller.id]
    planned = plan(mine, special.values(), *week.bounds(zone))
    shifts = [
        Stretch("other" if (day := one.starts_at.astimezone(zone).date()) in special else "hours",
                one.starts_at, one.ends_at, special[day].reason or "" if day in special else "")
        for one in planned
    ]  # fmt: skip
    cells = week.by_day([*shifts, *(Stretch("by_hand", *one) for one in by_hand)], zone)
    for number, day in enumerate(week.days):
        if day in special and special[day].starts is None:
            cells[number].insert(0, Stretch("off", note=special[day].reason or ""))
    return Row(caller.id, caller.name, zone, cells)


def _day(who: Caller, day: date, patterns: list[RotaPattern], exceptions: list[RotaException]) -> RotaDay:
    lines = [
        one
        for one in patterns
        if one.caller_id == who.id
        and one.weekday == day.weekday()
        and (one.valid_until is None or one.valid_until >= day)
    ]
    special = next((one for one in exceptions if (one.caller_id, one.day) == (who.id, day)), None)
    return RotaDay(who, day, lines, special)
