"""The calling window: whatever the moment, zone and cadence, a call falls into the lead's own hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.lead_gen.domain.cadence import next_attempt_at
from services.lead_gen.domain.policy import Policy
from services.lead_gen.domain.window import NoCallingDayError, is_open, next_open
from workflows.contracts.lead_gen import CallOutcome

POLICY = Policy()
ZONES = st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


@settings(deadline=None)  # the first use of a year reads its holidays
@given(zone=ZONES, moment=MOMENTS)
def test_the_next_opening_is_open_and_never_earlier(zone: str, moment: datetime) -> None:
    opening = next_open(POLICY, zone, moment)
    assert opening >= moment
    assert is_open(POLICY, zone, opening)
    assert next_open(POLICY, zone, opening) == opening


@settings(deadline=None)  # the first use of a year reads its holidays
@given(
    zone=ZONES,
    last=MOMENTS,
    pause=st.timedeltas(timedelta(0), timedelta(days=9)),
    attempt=st.integers(1, 20),
    after=st.sampled_from(CallOutcome),
)
def test_no_attempt_is_due_outside_the_window_or_in_the_past(
    zone: str, last: datetime, pause: timedelta, attempt: int, after: CallOutcome
) -> None:
    now = last + pause
    due = next_attempt_at(POLICY, zone, attempt=attempt, after=after, after_at=last, now=now)
    assert due >= now
    assert is_open(POLICY, zone, due)


@pytest.mark.parametrize(("day", "hour_utc"), [("2026-03-27", 7), ("2026-03-30", 6), ("2026-10-26", 7)])
def test_opening_follows_the_clock_change(day: str, hour_utc: int) -> None:
    midnight = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=ZoneInfo("Europe/Kyiv"))
    assert next_open(POLICY, "Europe/Kyiv", midnight.astimezone(UTC)).hour == hour_utc


def test_friday_evening_waits_for_monday() -> None:
    friday = datetime(2026, 3, 13, 18, 0, tzinfo=ZoneInfo("Europe/Kyiv"))
    assert next_open(POLICY, "Europe/Kyiv", friday) == datetime(2026, 3, 16, 7, 0, tzinfo=UTC)


def test_a_policy_without_calling_days_is_refused() -> None:
    with pytest.raises(NoCallingDayError):
        next_open(POLICY.model_copy(update={"weekdays": []}), "UTC", datetime(2026, 1, 1, tzinfo=UTC))


def test_after_a_wrong_number_the_other_one_is_due_at_once() -> None:
    at = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)  # Thursday, 11:00 in Kyiv
    wrong = CallOutcome.WRONG_NUMBER
    for attempt in (2, 5):
        assert next_attempt_at(POLICY, "Europe/Kyiv", attempt=attempt, after=wrong, after_at=at, now=at) == at


def test_after_a_wrong_number_at_closing_the_other_one_is_due_at_the_next_opening_whatever_its_part_of_day() -> None:
    at = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # reported at 10:00, heard of after closing
    now = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
    due = next_attempt_at(POLICY, "Europe/Kyiv", attempt=2, after=CallOutcome.WRONG_NUMBER, after_at=at, now=now)
    assert due == datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
