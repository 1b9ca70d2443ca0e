"""The calendar of contracts: month ends, changes of the clocks, and what stands in the texts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.contract_dates import Rhythm, Unit, moment_of, on_day
from services.account_mgmt.domain.contract_texts import PLACES, check_texts, fill, words_of
from services.account_mgmt.domain.contracts import Contract
from services.chassis.errors import Invalid
from workflows.contracts.base import Money, OrderLine

DAYS = st.dates(date(2000, 1, 1), date(2150, 12, 31))
ZONES = ("Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")


def monthly(first: date, every: int = 1, **more: int) -> Rhythm:
    return Rhythm(every=every, unit="month", anchor_on=first, anchor_day=more.get("day", first.day))


def dates(rhythm: Rhythm, count: int) -> list[str]:
    return [rhythm.date_of(n).isoformat() for n in range(1, count + 1)]


def test_the_31st_comes_back_after_short_months() -> None:
    assert dates(monthly(date(2026, 1, 31)), 5) == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]


def test_a_leap_day_comes_back_every_fourth_year() -> None:
    yearly = monthly(date(2024, 2, 29), every=12)
    assert dates(yearly, 5) == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]


def test_the_last_day_of_every_month_may_begin_in_a_short_one() -> None:
    assert dates(monthly(date(2026, 4, 30), day=31), 3) == ["2026-04-30", "2026-05-31", "2026-06-30"]
    assert dates(monthly(date(2026, 4, 30)), 3) == ["2026-04-30", "2026-05-30", "2026-06-30"]


def test_weeks_and_days_go_on_through_a_change_of_the_clocks() -> None:
    weekly = Rhythm(every=2, unit="week", anchor_on=date(2026, 3, 16), anchor_day=16)
    assert dates(weekly, 3) == ["2026-03-16", "2026-03-30", "2026-04-13"]
    ten = Rhythm(every=10, unit="day", anchor_on=date(2026, 10, 20), anchor_day=20)
    assert dates(ten, 3) == ["2026-10-20", "2026-10-30", "2026-11-09"]


@given(DAYS, st.integers(1, 60), st.integers(0, 200))
def test_a_monthly_date_is_the_day_that_is_meant_or_the_last_of_a_shorter_month(
    first: date, every: int, n: int
) -> None:
    found = monthly(first, every).date_of(n + 1)
    assert (found.year * 12 + found.month) - (first.year * 12 + first.month) == n * every
    assert found.day == first.day or (found.day < first.day and (found + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(1, 366), st.sampled_from(["day", "week", "month"]), st.integers(1, 40))
def test_periods_follow_each_other_without_a_gap_and_without_an_overlap(
    first: date, every: int, unit: Unit, n: int
) -> None:
    rhythm = Rhythm(every=every, unit=unit, anchor_on=first, anchor_day=first.day)
    begins, ends = rhythm.period_of(n)
    assert begins <= ends
    assert rhythm.period_of(n + 1)[0] == ends + timedelta(days=1)


@given(DAYS, st.integers(1, 24), st.integers(1, 50), st.integers(1, 50))
def test_counting_on_from_a_later_date_gives_the_same_dates(first: date, every: int, moved: int, n: int) -> None:
    """A change of something else must not lose the day: the anchor moves, what is meant stays."""
    old = monthly(first, every)
    new = old.model_copy(update={"anchor_on": old.date_of(moved), "anchor_number": moved})
    assert new.date_of(moved + n) == old.date_of(moved + n)


@given(DAYS, st.times(), st.sampled_from(ZONES))
def test_a_moment_lies_on_its_day_and_at_its_hour_unless_the_clocks_skip_it(day: date, at: time, name: str) -> None:
    zone = ZoneInfo(name)
    at = at.replace(fold=0)
    local = moment_of(day, at, zone).astimezone(zone)
    skipped = local.replace(tzinfo=None) - datetime.combine(day, at)
    # Samoa left a whole day out; elsewhere an hour at most is skipped.
    assert timedelta(0) <= skipped <= timedelta(days=1)
    if skipped:
        assert datetime.combine(day, at, zone).astimezone(UTC).astimezone(zone).replace(
            tzinfo=None
        ) != datetime.combine(day, at)


@given(DAYS, st.sampled_from(ZONES), st.integers(1, 40))
def test_moments_are_in_the_order_of_their_dates(first: date, name: str, n: int) -> None:
    rhythm, zone = Rhythm(every=1, unit="day", anchor_on=first, anchor_day=first.day), ZoneInfo(name)
    this, following = (moment_of(rhythm.date_of(number), time(9), zone) for number in (n, n + 1))
    assert this < following or name == "Pacific/Apia"


def test_an_hour_that_is_skipped_is_as_long_after_it_began() -> None:
    kyiv = ZoneInfo("Europe/Kyiv")
    assert moment_of(date(2026, 3, 29), time(3, 30), kyiv).astimezone(kyiv).time() == time(4, 30)
    assert moment_of(date(2026, 10, 25), time(3, 30), kyiv) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_places_of_a_text_are_filled_in_the_customers_language() -> None:
    words = words_of(monthly(date(2026, 3, 31)), 2, "de")
    assert words == {
        "period": "30.04.2026\u201330.05.2026",
        "last_period": "31.03.2026\u201329.04.2026",
        "month": "April 2026",
        "last_month": "März 2026",
        "year": "2026",
        "number": "2",
    }
    assert fill("Rent {month}, {{no place}}", words) == "Rent April 2026, {no place}"
    assert set(words) == set(PLACES)


def test_a_language_that_nobody_knows_is_written_in_english() -> None:
    assert words_of(monthly(date(2026, 3, 31)), 1, "tlh")["month"] == "March 2026"


@pytest.mark.parametrize(
    "text", ["{perod}", "{", "}", "{}", "{0}", "{period.real}", "{period!r}", "{period:>9}", "{{month}"]
)
def test_a_text_that_cannot_be_filled_is_refused_when_it_is_saved(text: str) -> None:
    line = OrderLine(description=f"Rent {text}", quantity=1, unit_price=Money(amount="1.00"))
    with pytest.raises(Invalid) as refused:
        check_texts([line], monthly(date(2026, 1, 31)), "uk")
    assert refused.value.field == "lines[0].description"


def test_a_text_that_grows_too_long_with_its_dates_is_refused() -> None:
    line = OrderLine(description="x" * 280 + "{period}", quantity=1, unit_price=Money(amount="1.00"))
    with pytest.raises(Invalid, match="1 to 300 characters"):
        check_texts([line], monthly(date(2026, 1, 31)), "uk")


@given(st.text(max_size=60))
def test_whatever_is_typed_is_filled_or_refused_with_a_reason(text: str) -> None:
    words = words_of(monthly(date(2026, 1, 31)), 1, "en")
    try:
        fill(text, words)
    except ValueError as error:
        assert str(error)


def test_a_date_is_found_by_months_across_years() -> None:
    assert on_day(date(2026, 11, 30), 3, 30) == date(2027, 2, 28)
    assert on_day(date(2026, 1, 31), -1, 31) == date(2025, 12, 31)


def contract(every: int, unit: Unit, first: date, **more: object) -> Contract:
    """An open-ended contract of one line, paused."""
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    usual = {
        "id": "k", "customer_id": "c", "name": "Storage", "state": "paused", "reason": None, "entity": "LR",
        "zone": "Europe/Kyiv", "currency": "UAH", "lines": [], "price_by": "fixed", "issue_at": time(9),
        "last_on": None, "times": None, "payment_days": None, "by_mail": True, "next_number": 1, "next_at": None,
        "issued": 0,
        "created_by": "s", "created_at": now, "updated_at": now, "every": every, "unit": unit, "anchor_on": first,
        "anchor_day": first.day,
    }  # fmt: skip
    return Contract.model_validate({**usual, **more})


@pytest.mark.parametrize(
    ("every", "unit", "first"),
    [(120, "month", date(2026, 1, 31)), (366, "month", date(2199, 1, 31)), (366, "week", date(2199, 1, 1)),
     (366, "day", date(2199, 1, 1)), (1, "day", date(2026, 1, 1))],
)  # fmt: skip
def test_a_contract_of_many_years_is_counted_as_far_as_the_calendar_goes(every: int, unit: Unit, first: date) -> None:
    long = contract(every, unit, first)
    found = long.coming(100_000)
    assert found[:2] == [1, 2]
    assert long.period_of(found[-1])[1].year <= 9999
    # Going on after a pause asks for more dates than such a contract will ever have.
    now = datetime(2026, 2, 1, tzinfo=UTC)
    assert long.missed(now, 1_000) == [number for number in found[:1_000] if long.due_at(number) <= now]


def test_missed_dates_end_with_the_contract_and_with_now() -> None:
    now = datetime(2026, 4, 15, tzinfo=UTC)
    assert contract(1, "month", date(2026, 1, 31)).missed(now, 24) == [1, 2, 3]
    assert contract(1, "month", date(2026, 1, 31)).missed(now, 2) == [1, 2]
    assert contract(1, "month", date(2026, 1, 31), times=2).missed(now, 24) == [1, 2]
    assert contract(1, "month", date(2026, 1, 31), last_on=date(2026, 1, 31)).missed(now, 24) == [1]
    assert contract(1, "month", date(2026, 1, 31), state="ended").missed(now, 24) == []
