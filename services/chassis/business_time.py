"""Business time: public holidays, opening hours, and what "thirty minutes of business time from now" means. Pure.

Opening hours are local wall-clock times with any number of shifts a day; everything that comes out is UTC.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import holidays
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.chassis.meanings import Day, HolidayCountry, ZoneName, at_the_door

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMES = dict(zip(WEEK, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))
_CLOCK = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"
_ZERO = timedelta(0)
_MOST_CLOSED = 366


# Countries whose public holidays are days of work for now: Ukraine, while martial law is in force. Their days stay
# known as such, and an organisation may keep them all the same.
_SUSPENDED = frozenset({"UA"})


def is_public_holiday(country: str | None, day: date, *, observed: bool = False) -> bool:
    """Whether a day is a public holiday of a country; without one, or one whose holidays are not known, none is.

    `observed` keeps holidays that the country has suspended (Ukraine's, under martial law) as days off.
    """
    return country is not None and day in _public_holidays(country, day.year, observed and country in _SUSPENDED)


@functools.lru_cache(maxsize=512)
def _public_holidays(country: str, year: int, suspended_too: bool) -> frozenset[date]:
    if country not in holidays.list_supported_countries():
        return frozenset()
    wanted = (holidays.PUBLIC, holidays.WORKDAY) if suspended_too else (holidays.PUBLIC,)
    return frozenset(holidays.country_holidays(country, years=year, categories=wanted))


def after(moment: datetime, wait: timedelta, zone: ZoneInfo) -> datetime:
    """The moment a wait later (UTC): its whole days by the calendar of the zone, what is left of it by the clock.

    So a week later it is the same time of day, also where the clocks change meanwhile. A wait may be below zero.
    """
    days = timedelta(days=wait.days if wait >= _ZERO else -(-wait).days)
    # An hour that comes twice is told apart by nothing in its time of day, and a wait below a day must not fall into
    # the first of the two again.
    there = (moment.astimezone(zone) + days).astimezone(UTC) if days else moment.astimezone(UTC)
    return there + (wait - days)


def first_in_every(
    zones: Sequence[str], moment: datetime, opens_in: Callable[[str, datetime], datetime], within: timedelta
) -> datetime | None:
    """The first moment from `moment` on that is an open one in each of the zones; None if there is none `within`.

    Somebody whose clock is not known may be in any of these zones, and is disturbed in none. `opens_in` gives the first
    open moment of one zone at or after another.
    """
    at = moment
    while at - moment <= within:
        opens = max(opens_in(zone, at) for zone in zones)
        if opens == at:
            return at
        at = opens
    return None


class Shift(BaseModel):
    """One stretch of opening hours, e.g. 09:00 to 13:00; `24:00` is the end of the day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opens: str = Field(pattern=_CLOCK)
    closes: str = Field(pattern=_CLOCK)

    @model_validator(mode="after")
    def _in_order(self) -> Shift:
        if self.opens >= self.closes:
            raise ValueError("a shift closes after it opens")
        return self

    @property
    def length(self) -> timedelta:
        """From opening to closing, by the clock on the wall."""
        opens, closes = (timedelta(hours=int(at[:2]), minutes=int(at[3:])) for at in (self.opens, self.closes))
        return closes - opens


def _not_for_good(days: list[date]) -> list[date]:
    if len(days) > _MOST_CLOSED:
        raise ValueError(f"at most {_MOST_CLOSED} days")
    return days


ClosedDays = Annotated[list[Day], at_the_door(_not_for_good)]


class Calendar(BaseModel):
    """Opening hours of a week in one time zone, without the public holidays of `country` and the days `closed_on`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: ZoneName = "Europe/Kyiv"
    week: dict[Weekday, list[Shift]]
    country: HolidayCountry | None = Field(default=None, description="ISO 3166 code; none keeps public holidays open.")
    closed_on: ClosedDays = Field(default_factory=list)
    observed: bool = Field(
        default=False, description="Keep public holidays that the country has suspended, as Ukraine under martial law."
    )

    @field_validator("week")
    @classmethod
    def _shifts_apart(cls, week: dict[Weekday, list[Shift]]) -> dict[Weekday, list[Shift]]:
        for day, shifts in week.items():
            ordered = sorted(shifts, key=lambda shift: shift.opens)
            if any(early.closes > late.opens for early, late in itertools.pairwise(ordered)):
                raise ValueError(f"the hours of {_NAMES[day]} overlap")
        # Without one open day, no deadline would ever come.
        if not any(week.values()):
            raise ValueError("the week has no opening hours")
        return {day: sorted(shifts, key=lambda shift: shift.opens) for day, shifts in week.items()}

    @property
    def open_a_week(self) -> timedelta:
        """Opening time of a week without a holiday and without a change of clocks."""
        return sum((shift.length for shifts in self.week.values() for shift in shifts), _ZERO)

    def openings(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches in UTC from `start` on, the first one cut to it. Never ends."""
        day = start.astimezone(ZoneInfo(self.timezone)).date()
        while True:
            for opens, closes in self._hours_of(day):
                if closes > start:
                    yield max(opens, start), closes
            day += timedelta(days=1)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` lies inside opening hours (the closing minute does not)."""
        opens, _ = next(self.openings(at))
        return opens == at

    def works_on(self, at: datetime) -> bool:
        """Whether the local day of `at` has opening hours: it is no holiday, no closed day, and one of the week's."""
        return any(True for _ in self._hours_of(at.astimezone(ZoneInfo(self.timezone)).date()))

    def add(self, start: datetime, business: timedelta) -> datetime:
        """The moment when `business` of opening time has passed since `start`, in UTC.

        Work that fits ends at closing time, not at the next opening. Zero gives the first open moment.
        """
        left = business
        for opens, closes in self.openings(start.astimezone(UTC)):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise AssertionError("openings never end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Opening time from `start` to `end`; zero if `end` is not later."""
        total = _ZERO
        for opens, closes in self.openings(start.astimezone(UTC)):
            if opens >= end:
                return total
            total += min(closes, end) - opens
        raise AssertionError("openings never end")

    def _hours_of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.closed_on or is_public_holiday(self.country, day, observed=self.observed):
            return
        for shift in self.week.get(WEEK[day.weekday()], []):
            opens, closes = self._utc(day, shift.opens), self._utc(day, shift.closes)
            # A clock change can swallow a short shift whole.
            if opens < closes:
                yield opens, closes

    def _utc(self, day: date, clock: str) -> datetime:
        hour, minute = int(clock[:2]), int(clock[3:])
        if hour == 24:
            day, hour = day + timedelta(days=1), 0
        return datetime.combine(day, time(hour, minute), ZoneInfo(self.timezone)).astimezone(UTC)
