"""Times to call somebody back: the hours of their own window, on their own clock, beside the caller's shifts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.chassis.records import Record
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import (
    SEARCH_DAYS,
    clock_of,
    is_calling_day,
    is_known,
    is_open,
    local_instant,
    next_open_if_any,
    zones_in,
)

_DAYS = 4
_AFTER_LUNCH = time(14, 0)
# Nobody asks to be called at night, even where a demonstration lets us.
_FIRST, _LAST = 8, 19

Span = tuple[datetime, datetime]


class Hour(Record):
    """One hour of a day there. `value` is its local time, as a form sends it; `mine`: its caller is on shift then."""

    hour: int
    value: str
    is_open: bool
    mine: bool


class Day(Record):
    """One day of their window, all its hours in order."""

    day: date
    hours: list[Hour]


class QuickTime(Record):
    """A time that people often ask for: `hour` (in an hour), `lunch` (after lunch) or `same` (next day, same time)."""

    name: str
    at: datetime
    value: str


class Nearest(Record):
    """The allowed times around one at which they may not be called: `before` only while it is still to come.

    `after` is none for a lead that may be in zones without an hour in common.
    """

    before: datetime | None
    after: datetime | None


class PickedTime(Record):
    """A time that was picked; `nearest` are the allowed times around it, none if it is one itself.

    `mine`: its caller is on shift then, so a personal callback stays theirs.
    """

    at: datetime
    nearest: Nearest | None
    mine: bool


def local_value(at: datetime, timezone: str) -> str:
    """An instant as forms write it: `2026-11-30T13:30` on the clock of this zone."""
    return at.astimezone(clock_of(timezone)).strftime("%Y-%m-%dT%H:%M")


def nearest_times(policy: Policy, timezone: str, at: datetime, now: datetime) -> Nearest | None:
    """The allowed times around `at`: the last minute before it and the first moment after it; none if it is allowed."""
    if is_open(policy, timezone, at):
        return None
    return Nearest(before=_last_open(policy, timezone, at, now), after=next_open_if_any(policy, timezone, at))


def _last_open(policy: Policy, timezone: str, at: datetime, now: datetime) -> datetime | None:
    """The last minute between `now` and `at` at which they may be called."""
    clocks = [ZoneInfo(zone) for zone in zones_in(timezone)]
    for offset in range(SEARCH_DAYS):
        days = [(at.astimezone(clock).date() - timedelta(days=offset), clock) for clock in clocks]
        last = [local_instant(day, policy.closes, clock) - timedelta(minutes=1) for day, clock in days]
        if max(last) <= now:
            return None
        allowed = [minute for minute in last if now < minute < at and is_open(policy, timezone, minute)]
        if allowed:
            return max(allowed)
    return None


def quick_times(policy: Policy, timezone: str, now: datetime) -> list[QuickTime]:
    """In an hour, after lunch, and on the next day at this time; each inside the window, none twice."""
    zone = clock_of(timezone)
    here = now.astimezone(zone)
    lunch_day = here.date() + timedelta(days=here.time() >= time(13, 0))
    next_day = here.date() + timedelta(days=1)
    wanted = {
        "hour": _quarter(now + timedelta(hours=1)),
        "lunch": local_instant(lunch_day, _AFTER_LUNCH, zone),
        "same": _quarter(
            local_instant(_calling_day(policy, timezone, next_day), here.time().replace(microsecond=0), zone)
        ),
    }
    found: dict[datetime, QuickTime] = {}
    for name, moment in wanted.items():
        at = next_open_if_any(policy, timezone, moment) or moment
        found.setdefault(at, QuickTime(name=name, at=at, value=local_value(at, timezone)))
    return list(found.values())


def _quarter(at: datetime) -> datetime:
    """Up to the next five minutes: nobody agrees on 10:43."""
    return at + timedelta(minutes=-at.minute % 5, seconds=-at.second, microseconds=-at.microsecond)


def _calling_day(policy: Policy, timezone: str, day: date) -> date:
    """This day, or the next on which they may be called."""
    if policy.always_open:
        return day
    days = (day + timedelta(days=offset) for offset in range(SEARCH_DAYS))
    return next((one for one in days if is_calling_day(policy, timezone, one)), day)


def hours_of(policy: Policy, timezone: str) -> range:
    """The hours that a day is drawn with: those of the window, and one closed hour on each side."""
    if not policy.always_open and not is_known(timezone):
        return range(24)
    if policy.always_open:
        return range(_FIRST, _LAST + 1)
    closes = policy.closes.hour + (policy.closes.minute > 0)
    return range(max(0, policy.opens.hour - 1), min(24, closes + 1))


def days_of(policy: Policy, timezone: str, now: datetime, shifts: Sequence[Span]) -> list[Day]:
    """The next days on which they may be called, today first if an hour of it is left."""
    zone = clock_of(timezone)
    today = now.astimezone(zone).date()
    found: list[Day] = []
    never = next_open_if_any(policy, timezone, now) is None
    for offset in range(SEARCH_DAYS):
        day = today + timedelta(days=offset)
        hours = [
            _hour(policy, timezone, local_instant(day, time(hour), zone), hour, now, shifts)
            for hour in hours_of(policy, timezone)
        ]
        # Of a lead without any common hour the days are drawn all the same, and are closed.
        if any(one.is_open for one in hours) or (offset >= 1 and never):
            found.append(Day(day=day, hours=hours))
        if len(found) == _DAYS:
            break
    return found


def _hour(policy: Policy, timezone: str, at: datetime, hour: int, now: datetime, shifts: Sequence[Span]) -> Hour:
    return Hour(
        hour=hour,
        value=local_value(at, timezone),
        is_open=at > now and is_open(policy, timezone, at),
        mine=any(begins <= at < ends for begins, ends in shifts),
    )
