"""A month as a calendar shows it: weeks of days, each with what is on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.account_mgmt.domain.touches import Touch

_WEEK = timedelta(days=7)
# So many months before and after this one can be turned to.
_FURTHEST = 60


@dataclass(frozen=True)
class Day:
    """One cell."""

    day: date
    is_inside: bool
    is_today: bool
    touches: list[Touch]


@dataclass(frozen=True)
class Month:
    """Weeks from Monday to Sunday, and the names of the months beside."""

    first: date
    weeks: list[list[Day]]
    before: str
    after: str


def first_of(text: str | None, today: date) -> date:
    """The month that an address names (`2026-11`), or this one."""
    this = today.replace(day=1)
    try:
        asked = date.fromisoformat(f"{text}-01") if text else this
    except ValueError:
        return this
    away = (asked.year - this.year) * 12 + asked.month - this.month
    return asked if abs(away) <= _FURTHEST else this


def bounds(first: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the weeks of a month begin and end, on somebody's clock."""
    begin, end = _span(first)
    return datetime(begin.year, begin.month, begin.day, tzinfo=zone), datetime(
        end.year, end.month, end.day, tzinfo=zone
    )


def month_of(first: date, today: date, zone: ZoneInfo, touches: Iterable[Touch]) -> Month:
    """The month with its contacts, on somebody's clock."""
    by_day: dict[date, list[Touch]] = defaultdict(list)
    for touch in touches:
        by_day[touch.at.astimezone(zone).date()].append(touch)
    begin, end = _span(first)
    days = [begin + timedelta(days=number) for number in range((end - begin).days)]
    cells = [Day(day, day.month == first.month, day == today, by_day[day]) for day in days]
    weeks = [cells[at : at + 7] for at in range(0, len(cells), 7)]
    after = (first + timedelta(days=32)).replace(day=1)
    return Month(first, weeks, f"{first - timedelta(days=1):%Y-%m}", f"{after:%Y-%m}")


def _span(first: date) -> tuple[date, date]:
    """From the Monday before the first to the Monday after the last."""
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last - timedelta(days=last.weekday()) + _WEEK
