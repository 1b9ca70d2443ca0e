"""Business time against a reference that walks minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.chassis.business_time import WEEK, Calendar, Shift
from services.conversion.domain.calendar import ALWAYS, OFFICE

MINUTE = timedelta(minutes=1)
ZONES = ["Europe/Kyiv", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@st.composite
def shifts(draw: st.DrawFn) -> list[Shift]:
    # Between 05:00 and 24:00: clocks change at night, where a wall-clock reference is ambiguous.
    bounds = sorted(draw(st.sets(st.integers(300, 1440), max_size=4)))
    return [
        Shift(opens=clock(opens), closes=clock(closes))
        for opens, closes in zip(bounds[::2], bounds[1::2], strict=False)
    ]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = {day: draw(shifts()) for day in WEEK}
    if sum(len(day) for day in week.values()) < 3:
        week["tue"] = [Shift(opens="09:00", closes="13:00"), Shift(opens="14:00", closes="18:00")]
    closed = draw(st.lists(st.dates(date(2026, 3, 20), date(2026, 4, 10)), max_size=3))
    return Calendar(timezone=draw(st.sampled_from(ZONES)), week=week, closed_on=closed)


moments = st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 6)).map(
    lambda naive: naive.replace(second=0, microsecond=0, tzinfo=UTC)
)


def open_at(calendar: Calendar, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(calendar.timezone))
    now = f"{local:%H:%M}"
    day = calendar.week.get(WEEK[local.weekday()], [])
    return local.date() not in calendar.closed_on and any(shift.opens <= now < shift.closes for shift in day)


def walk(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    at = start
    while minutes:
        minutes -= open_at(calendar, at)
        at += MINUTE
    return at


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, st.integers(1, 600))
def test_adding_is_what_a_minute_by_minute_walk_gives(calendar: Calendar, start: datetime, minutes: int) -> None:
    assert calendar.add(start, minutes * MINUTE) == walk(calendar, start, minutes)


@settings(max_examples=100, deadline=None)
@given(calendars(), moments, st.integers(1, 5000), st.integers(1, 5000))
def test_two_stretches_add_up_and_are_measured_back(calendar: Calendar, start: datetime, first: int, more: int) -> None:
    at_once = calendar.add(start, (first + more) * MINUTE)
    assert calendar.add(calendar.add(start, first * MINUTE), more * MINUTE) == at_once
    assert calendar.between(start, at_once) == (first + more) * MINUTE
    assert at_once > start


def kyiv(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Kyiv"))


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-05-04T09:00", 30, "2026-05-04T09:30"),
        ("2026-05-04T12:50", 30, "2026-05-04T14:20"),  # over the lunch break
        ("2026-05-04T12:30", 30, "2026-05-04T13:00"),  # done just when the shift ends
        ("2026-05-08T17:55", 10, "2026-05-11T09:05"),  # over the weekend
        ("2026-05-09T03:00", 0, "2026-05-11T09:00"),  # zero: the next opening
        ("2026-03-27T17:30", 60, "2026-03-30T09:30"),  # over the change to summer time
        ("2026-05-04T10:00", 8 * 60, "2026-05-05T10:00"),  # a working day
    ],
)
def test_office_hours(start: str, minutes: int, end: str) -> None:
    assert OFFICE.add(kyiv(start), minutes * MINUTE) == kyiv(end)


def test_a_public_holiday_and_a_closed_day_are_passed_over() -> None:
    calendar = Calendar(week=OFFICE.week, country="PL", timezone="Europe/Warsaw", closed_on=[date(2026, 5, 4)])
    warsaw = ZoneInfo("Europe/Warsaw")
    # Friday, 1 May is a holiday in Poland; on Monday the 4th the company is closed.
    assert calendar.add(datetime(2026, 4, 30, 17, 30, tzinfo=warsaw), timedelta(hours=1)) == datetime(
        2026, 5, 5, 9, 30, tzinfo=warsaw
    )


def test_the_closing_minute_is_not_open() -> None:
    assert OFFICE.is_open(kyiv("2026-05-04T09:00"))
    assert not OFFICE.is_open(kyiv("2026-05-04T13:00"))
    assert not OFFICE.is_open(kyiv("2026-05-09T10:00"))
    assert ALWAYS.is_open(kyiv("2026-05-09T03:33"))


@pytest.mark.parametrize(
    "broken",
    [
        {"week": {}},
        {"week": {"mon": []}},
        {"week": {"mon": [{"opens": "09:00", "closes": "09:00"}]}},
        {"week": {"mon": [{"opens": "09:00", "closes": "12:00"}, {"opens": "11:00", "closes": "13:00"}]}},
        {"week": {"mon": [{"opens": "9", "closes": "12:00"}]}},
        {"week": {"mon": [{"opens": "09:00", "closes": "12:00"}]}, "timezone": "Europe/Atlantis"},
        {"week": {"mon": [{"opens": "09:00", "closes": "12:00"}]}, "country": "Atlantis"},
    ],
)
def test_a_calendar_without_sense_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Calendar.model_validate(broken)
