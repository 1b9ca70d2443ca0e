"""The rota: planned shifts from weekly patterns and exceptions, in each caller's own local time.

DST-proof: an hour that does not exist moves to the next one that does; of an hour that exists twice, the first counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.chassis.records import Record


class Pattern(Record):
    """Weekly hours of a caller; Monday is 0. `ends` at or before `starts` is on the next day."""

    caller_id: str
    weekday: int
    starts: time
    ends: time
    timezone: str
    valid_from: date
    valid_until: date | None = None


class RotaPattern(Pattern):
    """Weekly hours as they are kept."""

    id: str
    created_at: datetime


class DayException(Record):
    """A caller's day with other hours or, without hours, a day off. It replaces the weekly hours."""

    caller_id: str
    day: date
    starts: time | None
    ends: time | None
    timezone: str
    reason: str | None


class RotaException(DayException):
    """An exception as it is kept."""

    id: str
    created_at: datetime


@dataclass(frozen=True)
class Planned:
    """One shift, in UTC."""

    caller_id: str
    starts_at: datetime
    ends_at: datetime


def plan(
    patterns: Iterable[Pattern], exceptions: Iterable[DayException], start: datetime, end: datetime
) -> list[Planned]:
    """Shifts that begin in [start, end), in order; of a caller's overlapping shifts the earlier one stays."""
    special = {(one.caller_id, one.day): one for one in exceptions}
    found = [
        _planned(one.caller_id, one.day, one.starts, one.ends, one.timezone)
        for one in special.values()
        if one.starts is not None and one.ends is not None
    ]
    for pattern in patterns:
        zone = ZoneInfo(pattern.timezone)
        day, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        while day <= last:
            if _applies(pattern, day) and (pattern.caller_id, day) not in special:
                found.append(_planned(pattern.caller_id, day, pattern.starts, pattern.ends, pattern.timezone))
            day += timedelta(days=1)
    wanted = sorted((one for one in found if start <= one.starts_at < end), key=lambda p: (p.starts_at, p.caller_id))
    return _without_overlaps(wanted)


def _applies(pattern: Pattern, day: date) -> bool:
    until = pattern.valid_until
    return day.weekday() == pattern.weekday and pattern.valid_from <= day and (until is None or day <= until)


def _planned(caller_id: str, day: date, starts: time, ends: time, timezone: str) -> Planned:
    last = day if ends > starts else day + timedelta(days=1)
    return Planned(caller_id, _instant(day, starts, timezone), _instant(last, ends, timezone))


def _instant(day: date, wall: time, timezone: str) -> datetime:
    return datetime.combine(day, wall, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def _without_overlaps(shifts: list[Planned]) -> list[Planned]:
    kept: list[Planned] = []
    busy_until: dict[str, datetime] = {}
    for shift in shifts:
        free = busy_until.get(shift.caller_id)
        if shift.starts_at < shift.ends_at and (free is None or free <= shift.starts_at):
            kept.append(shift)
            busy_until[shift.caller_id] = shift.ends_at
    return kept
