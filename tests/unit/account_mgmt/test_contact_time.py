"""When a customer may be written to: in its own time of day, on working days, also where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.account_mgmt.domain.policy import STANDARD, ContactHours, Policy
from services.account_mgmt.domain.reorder_cycle import contact_time

ZONES = ["Europe/Kyiv", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]


def test_a_night_of_the_customer_waits_for_his_morning_whatever_our_clock_says() -> None:
    """SuiteCRM 822: reminders at the wrong hour unless the user is in UTC."""
    noon_in_kyiv = datetime(2026, 3, 10, 10, tzinfo=UTC)
    assert contact_time(STANDARD, noon_in_kyiv, "Europe/Kyiv") == noon_in_kyiv
    morning_in_new_york = datetime(2026, 3, 10, 13, tzinfo=UTC)
    assert contact_time(STANDARD, noon_in_kyiv, "America/New_York") == morning_in_new_york


def test_the_evening_weekend_and_holiday_go_to_the_next_working_morning() -> None:
    warsaw = ZoneInfo("Europe/Warsaw")
    # Thursday 11 November 2027 is Poland's Independence Day; a Friday and a weekend follow.
    policy = Policy(holidays_of="PL")
    eve = datetime(2027, 11, 10, 18, tzinfo=warsaw)
    assert contact_time(policy, eve, "Europe/Warsaw") == datetime(2027, 11, 12, 9, tzinfo=warsaw)
    friday_evening = datetime(2027, 11, 12, 19, tzinfo=warsaw)
    assert contact_time(policy, friday_evening, "Europe/Warsaw") == datetime(2027, 11, 15, 9, tzinfo=warsaw)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1)), st.sampled_from(ZONES))
def test_it_is_never_earlier_and_always_within_the_hours(naive: datetime, zone: str) -> None:
    moment = naive.replace(tzinfo=UTC)
    found = contact_time(STANDARD, moment, zone)
    local = found.astimezone(ZoneInfo(zone))
    assert found >= moment
    assert found - moment < timedelta(days=12)
    assert time(9) <= local.time() < time(18)
    assert local.weekday() < 5
    assert contact_time(STANDARD, found, zone) == found


def test_without_hours_any_time_of_a_working_day_will_do() -> None:
    night = datetime(2026, 3, 10, 2, tzinfo=UTC)
    assert contact_time(Policy(contact_hours=None), night, "Europe/Kyiv") == night


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValidationError, match="begin must be before end"):
        ContactHours(begin=time(18), end=time(9))


def test_a_customer_who_may_be_in_several_zones_is_contacted_only_when_it_is_daytime_in_all() -> None:
    zones = ("America/New_York", "America/Los_Angeles")
    morning_in_new_york = datetime(2026, 3, 10, 13, tzinfo=UTC)
    assert contact_time(STANDARD, morning_in_new_york, zones) == datetime(2026, 3, 10, 16, tzinfo=UTC)
    evening_in_new_york = datetime(2026, 3, 10, 22, tzinfo=UTC)
    assert contact_time(STANDARD, evening_in_new_york, zones) == datetime(2026, 3, 11, 16, tzinfo=UTC)


def test_where_no_hour_is_common_the_tiers_own_clock_says_when() -> None:
    night = datetime(2026, 3, 10, 1, tzinfo=UTC)
    opposite = ("Pacific/Auckland", "Europe/London")
    assert contact_time(STANDARD, night, opposite) == contact_time(STANDARD, night, "Europe/Kyiv")
    assert contact_time(STANDARD, night, ()) == contact_time(STANDARD, night, "Europe/Kyiv")
