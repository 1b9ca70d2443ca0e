"""When the next order is expected, and when the customer is reminded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.policy import STANDARD
from services.account_mgmt.domain.reorder_cycle import interval, next_expected, next_nudge, working_time

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
DAY = timedelta(days=1)
BEGIN = datetime(2026, 5, 4, 9, tzinfo=UTC)


def every(*days: float) -> list[datetime]:
    """Orders at these distances from the first."""
    return [BEGIN + timedelta(days=day) for day in (0, *days)]


@given(st.lists(MOMENTS, min_size=1, max_size=30).map(sorted))
def test_the_interval_keeps_the_policys_bounds(placed: list[datetime]) -> None:
    assert STANDARD.shortest_interval <= interval(STANDARD, placed) <= STANDARD.longest_interval


@given(st.lists(MOMENTS, min_size=1, max_size=30).map(sorted), MOMENTS)
def test_a_nudge_is_never_in_the_past_and_always_on_a_working_day(placed: list[datetime], now: datetime) -> None:
    moment = next_nudge(STANDARD, placed, now)
    assert moment >= now
    day = moment.astimezone(ZoneInfo(STANDARD.timezone)).date()
    assert day.weekday() < 5
    assert day not in holidays.country_holidays("UA", years=day.year)


def test_one_order_has_the_default_rhythm() -> None:
    assert interval(STANDARD, every()) == STANDARD.default_interval


def test_one_odd_gap_does_not_change_the_rhythm() -> None:
    regular = every(10, 20, 30, 40)
    late = every(10, 20, 30, 130)
    assert interval(STANDARD, regular) == interval(STANDARD, late) == 10 * DAY


def test_the_next_order_is_expected_one_interval_after_the_last() -> None:
    assert next_expected(STANDARD, every(10, 20)) == BEGIN + 30 * DAY


def test_a_weekend_moves_to_monday_at_the_same_time_of_day() -> None:
    saturday = datetime(2026, 11, 28, 10, 30, tzinfo=UTC)
    assert working_time(STANDARD, saturday) == saturday + 2 * DAY


def test_a_public_holiday_is_no_working_day() -> None:
    christmas = datetime(2026, 12, 25, 10, tzinfo=UTC)  # a Friday
    german = STANDARD.model_copy(update={"holidays_of": "DE"})
    assert working_time(german, christmas) == christmas + 3 * DAY
    assert working_time(STANDARD.model_copy(update={"holidays_of": None}), christmas) == christmas
