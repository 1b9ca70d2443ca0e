"""Tier 1's policy as data: cadence, calling window, pace. A lead keeps the version it started with."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.chassis.meanings import (
    Day,
    HolidayCountry,
    LocalTime,
    at_the_door,
    each_once,
    is_stored,
    length_between,
    number_between,
)

# The organisation's own time zone: its managers' working hours, and reports that name no other.
HOME_ZONE = "Europe/Kyiv"
MOST_CLOSED = 366
# With the public holidays around it, still far less than a window looks ahead for its next calling day.
LONGEST_CLOSED = 31


_MOST_GAPS = 20
_NONE, _INSTANT, _DAY = timedelta(0), timedelta(milliseconds=1), timedelta(days=1)
Gap = Annotated[timedelta, length_between(_INSTANT, 365 * _DAY)]


def _few(gaps: list[timedelta]) -> list[timedelta]:
    if len(gaps) > _MOST_GAPS:
        raise ValueError(f"at most {_MOST_GAPS}: the last one repeats")
    return gaps


def _week(weekdays: list[int]) -> list[int]:
    if not weekdays:
        raise ValueError("must name at least one day, or nobody could ever be called")
    if any(day not in range(7) for day in weekdays):
        raise ValueError("are days from 0, Monday, to 6, Sunday")
    return sorted(each_once(weekdays))


class Policy(BaseModel):
    """What a supervisor may change without a programmer. Durations are ISO 8601 or seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    max_attempts: int = Field(default=6, ge=1, le=20)
    gaps: Annotated[list[Gap], at_the_door(_few)] = Field(
        default=[
            timedelta(minutes=45),
            timedelta(hours=4),
            timedelta(days=1),
            timedelta(days=2),
            timedelta(days=5),
        ],
        min_length=1,
        description="Wait after the n-th unanswered call; the last one repeats.",
    )
    other_part_of_day: bool = Field(default=True, description="Each attempt in another part of the day.")
    rest: Annotated[timedelta, length_between(_NONE, 1826 * _DAY)] = Field(
        default=timedelta(days=90), description="Cool-down after the last attempt."
    )
    callback_grace: Annotated[timedelta, length_between(_NONE, 7 * _DAY)] = timedelta(minutes=15)
    promise_within: Annotated[timedelta, length_between(_INSTANT, 30 * _DAY)] = Field(
        default=timedelta(hours=1), description="A missed caller is called back within this time."
    )
    min_gap: Annotated[timedelta, length_between(_NONE, 90 * _DAY)] = Field(
        default=timedelta(minutes=30), description="Between two contacts of a lead, but for a promise."
    )
    lease: Annotated[timedelta, length_between(timedelta(seconds=1), _DAY)] = timedelta(minutes=10)
    always_open: bool = Field(default=False, description="Call at any hour: for a demonstration only.")
    opens: LocalTime = time(9, 0)
    closes: LocalTime = time(18, 0)
    weekdays: Annotated[list[int], at_the_door(_week)] = Field(default=[0, 1, 2, 3, 4], description="Monday is 0.")
    holidays_of: HolidayCountry | None = Field(
        default="UA",
        description="Each lead's own country decides which days are public holidays, and this one where that is not "
        "known. Null: public holidays are days like others.",
    )
    observed: bool = Field(
        default=False, description="Keep public holidays that the country has suspended, as Ukraine under martial law."
    )
    closed_days: list[Day] = Field(
        default=[], max_length=MOST_CLOSED, description="Days on which the house calls nobody, by the lead's calendar."
    )
    campaign_tick: Annotated[timedelta, length_between(timedelta(milliseconds=200), _DAY)] = timedelta(minutes=5)
    window: Annotated[int, number_between(1, 100_000)] = Field(
        default=200, description="Leads of a campaign in cold calling at one time."
    )
    batch: int = Field(default=100, ge=1, le=1000, description="Leads enrolled in one look, at most.")
    stock_limit: Annotated[int, number_between(1, 100_000)] = Field(
        default=100, description="Interested leads waiting for tier 2 that stop enrolment."
    )
    managers_per_hour: Annotated[float, number_between(0, 10_000)] | None = Field(
        default=None, description="Leads that tier 2 takes in a working hour; left out, it is learned."
    )
    retry_after: Annotated[timedelta, length_between(_INSTANT, _DAY)] = Field(
        default=timedelta(seconds=30), description="When a caller without work asks again."
    )

    @field_validator("closes")
    @classmethod
    def _after_it_opens(cls, closes: time, info: ValidationInfo) -> time:
        opens = info.data.get("opens")
        if opens is not None and closes <= opens and not is_stored(info):
            raise ValueError(f"must be later than opens, {opens:%H:%M}")
        return closes

    @field_validator("closed_days")
    @classmethod
    def _opens_again(cls, days: list[date], rules: ValidationInfo) -> list[date]:
        if is_stored(rules):
            return days
        closed, weekdays = set(days), set(rules.data.get("weekdays", []))
        if len(closed) < len(days):
            raise ValueError("a day is there twice")
        for first in sorted(closed if weekdays else ()):
            month = (first + timedelta(days=n) for n in range(LONGEST_CLOSED))
            if all(day in closed or day.weekday() not in weekdays for day in month):
                raise ValueError(f"from {first} on, nobody could be called for {LONGEST_CLOSED} days")
        return sorted(days)


STANDARD = Policy()

DEMO = Policy(
    gaps=[timedelta(seconds=s) for s in (2, 3, 4, 5, 6)],
    other_part_of_day=False,
    rest=timedelta(minutes=3),
    callback_grace=timedelta(seconds=4),
    promise_within=timedelta(seconds=20),
    min_gap=timedelta(0),
    lease=timedelta(minutes=3),
    always_open=True,
    holidays_of=None,
    campaign_tick=timedelta(seconds=1),
    window=60,
    batch=20,
    stock_limit=30,
    retry_after=timedelta(seconds=1),
)

PRESETS = {"standard": STANDARD, "demo": DEMO}
