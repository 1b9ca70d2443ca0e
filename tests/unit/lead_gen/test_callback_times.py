"""Times to call back: inside their window, on their clock, and whose shift they are in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.lead_gen.domain.callback_times import days_of, nearest_times, quick_times
from services.lead_gen.domain.policy import DEMO, Policy

POLICY = Policy(holidays_of=None)
# A Friday; 10:42 in Kyiv, 09:42 in Warsaw.
FRIDAY = datetime(2026, 11, 27, 8, 42, tzinfo=UTC)


def test_quick_times_are_an_hour_from_now_after_lunch_and_the_next_working_day() -> None:
    found = quick_times(POLICY, "Europe/Kyiv", FRIDAY)
    assert [(one.name, one.value) for one in found] == [
        ("hour", "2026-11-27T11:45"),
        ("lunch", "2026-11-27T14:00"),
        ("same", "2026-11-30T10:45"),
    ]


def test_a_quick_time_that_is_closed_moves_to_the_next_opening_and_none_is_told_twice() -> None:
    evening = datetime(2026, 11, 27, 15, 50, tzinfo=UTC)  # 17:50 in Kyiv
    found = quick_times(POLICY, "Europe/Kyiv", evening)
    assert [one.value for one in found] == ["2026-11-30T09:00", "2026-11-30T17:50"]


def test_hours_are_those_of_their_window_with_a_closed_one_on_each_side() -> None:
    days = days_of(POLICY, "Europe/Warsaw", FRIDAY, [])
    assert [str(one.day) for one in days] == ["2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02"]
    monday = days[1]
    assert [one.hour for one in monday.hours] == list(range(8, 19))
    assert [one.hour for one in monday.hours if one.is_open] == list(range(9, 18))
    assert [one.hour for one in days[0].hours if one.is_open] == list(range(10, 18))


def test_my_shift_is_marked_on_their_clock() -> None:
    noon = datetime(2026, 11, 30, 12, 0, tzinfo=ZoneInfo("Europe/Kyiv"))
    days = days_of(POLICY, "Europe/Warsaw", FRIDAY, [(noon, noon + timedelta(hours=3))])
    assert [one.hour for one in days[1].hours if one.mine] == [11, 12, 13]


def test_nobody_is_offered_a_night_even_where_every_hour_is_open() -> None:
    [today, *_] = days_of(DEMO, "Europe/Kyiv", FRIDAY, [])
    assert [one.hour for one in today.hours] == list(range(8, 20))


def test_the_hour_that_is_skipped_in_spring_is_a_real_instant() -> None:
    before = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
    policy = Policy(holidays_of=None, weekdays=list(range(7)))
    for day in days_of(policy, "Europe/Kyiv", before, []):
        assert len({one.value for one in day.hours}) == len(day.hours)


def test_an_allowed_time_has_no_nearest_ones() -> None:
    assert nearest_times(POLICY, "Europe/Kyiv", FRIDAY + timedelta(hours=1), FRIDAY) is None


def test_friday_evening_lies_between_friday_before_closing_and_monday_morning() -> None:
    evening = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)  # 18:30 in Kyiv
    found = nearest_times(POLICY, "Europe/Kyiv", evening, FRIDAY)
    assert found is not None
    assert found.before == datetime(2026, 11, 27, 15, 59, tzinfo=UTC)
    assert found.after == datetime(2026, 11, 30, 7, 0, tzinfo=UTC)


def test_a_day_off_lies_between_the_working_days_around_it() -> None:
    new_year = datetime(2027, 1, 1, 10, 0, tzinfo=UTC)
    found = nearest_times(Policy(holidays_of="PL"), "Europe/Warsaw", new_year, FRIDAY)
    assert found is not None
    assert found.before == datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    assert found.after == datetime(2027, 1, 4, 8, 0, tzinfo=UTC)


def test_a_time_that_is_over_is_not_offered() -> None:
    closed = datetime(2026, 11, 27, 16, 5, tzinfo=UTC)
    found = nearest_times(POLICY, "Europe/Kyiv", closed + timedelta(hours=2), closed)
    assert found is not None and found.before is None
