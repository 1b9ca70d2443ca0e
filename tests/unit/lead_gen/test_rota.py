"""The rota plans shifts by the clock on the caller's wall, whatever the clock does in spring and autumn."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.lead_gen.domain.rota import DayException, Pattern, plan

ZONES = st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "UTC"])
TIMES = st.times(min_value=time(0), max_value=time(23, 45)).map(lambda t: t.replace(second=0, microsecond=0))
# Around the changes of the clocks in 2026: 8 and 29 March, 25 October, 1 November.
DAYS = st.sampled_from([date(2026, 3, 5), date(2026, 3, 27), date(2026, 10, 22), date(2026, 10, 30)])


def weekly(
    who: str,
    weekday: int,
    starts: time,
    ends: time,
    zone: str,
    valid_from: date = date(2026, 1, 1),
    valid_until: date | None = None,
) -> Pattern:
    return Pattern(
        caller_id=who,
        weekday=weekday,
        starts=starts,
        ends=ends,
        timezone=zone,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def day_off_or_other(who: str, day: date, starts: time | None, ends: time | None, zone: str) -> DayException:
    return DayException(caller_id=who, day=day, starts=starts, ends=ends, timezone=zone, reason=None)


@st.composite
def weeks(draw: st.DrawFn) -> list[Pattern]:
    zone = draw(ZONES)
    lines = draw(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 6), TIMES, TIMES), max_size=8))
    return [weekly(who, weekday, starts, ends, zone) for who, weekday, starts, ends in lines if starts != ends]


def instant(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=UTC)


@given(weeks(), DAYS)
@settings(max_examples=300, deadline=None)
def test_nobody_is_planned_twice_at_one_time(patterns: list[Pattern], day: date) -> None:
    shifts = plan(patterns, [], instant(day), instant(day) + timedelta(days=9))
    for who in "ab":
        mine = [shift for shift in shifts if shift.caller_id == who]
        assert all(one.ends_at <= other.starts_at for one, other in itertools.pairwise(mine))
    assert all(shift.starts_at < shift.ends_at for shift in shifts)


@given(weeks(), DAYS)
@settings(max_examples=300, deadline=None)
def test_a_shift_begins_when_the_wall_clock_says_so(patterns: list[Pattern], day: date) -> None:
    for shift in plan(patterns, [], instant(day), instant(day) + timedelta(days=9)):
        mine = [p for p in patterns if p.caller_id == shift.caller_id]
        local = shift.starts_at.astimezone(ZoneInfo(mine[0].timezone))
        exact = any((p.weekday, p.starts) == (local.weekday(), local.time()) for p in mine)
        # An hour that the clocks skip begins right behind the gap.
        skipped = any(
            abs((datetime.combine(local.date(), p.starts) - local.replace(tzinfo=None)).total_seconds()) <= 3600
            and datetime.combine(local.date(), p.starts, tzinfo=local.tzinfo)
            .astimezone(UTC)
            .astimezone(local.tzinfo)
            .time()
            != p.starts
            for p in mine
        )
        assert exact or skipped


def test_a_night_shift_of_the_long_night_is_an_hour_longer() -> None:
    night = [weekly("a", 5, time(22), time(6), "Europe/Kyiv")]
    shift = plan(night, [], instant(date(2026, 10, 24)), instant(date(2026, 10, 26)))[0]
    assert shift.ends_at - shift.starts_at == timedelta(hours=9)


def test_a_day_off_and_a_day_with_other_hours_replace_the_week() -> None:
    week = [weekly("a", weekday, time(14), time(18), "UTC") for weekday in range(5)]
    special = [
        day_off_or_other("a", date(2026, 6, 2), None, None, "UTC"),
        day_off_or_other("a", date(2026, 6, 3), time(9), time(11), "UTC"),
        day_off_or_other("a", date(2026, 6, 6), time(10), time(12), "UTC"),
    ]
    shifts = plan(week, special, instant(date(2026, 6, 1)), instant(date(2026, 6, 8)))
    assert [(s.starts_at.day, s.starts_at.hour) for s in shifts] == [(1, 14), (3, 9), (4, 14), (5, 14), (6, 10)]


def test_a_line_holds_from_its_first_to_its_last_day() -> None:
    line = [weekly("a", 0, time(9), time(10), "UTC", date(2026, 6, 8), date(2026, 6, 15))]
    shifts = plan(line, [], instant(date(2026, 6, 1)), instant(date(2026, 7, 1)))
    assert [shift.starts_at.day for shift in shifts] == [8, 15]
