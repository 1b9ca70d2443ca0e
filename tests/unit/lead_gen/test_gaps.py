"""Between two contacts of a lead lies what the policy asks for, whatever the cadence and the part of the day say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.lead_gen.domain.cadence import next_attempt_at
from services.lead_gen.domain.policy import STANDARD
from services.lead_gen.domain.window import is_open, next_open, open_hours
from workflows.contracts.lead_gen import CallOutcome

ZONES = st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
UNREACHED = st.sampled_from([CallOutcome.NO_ANSWER, CallOutcome.BUSY, CallOutcome.VOICEMAIL])


@given(ZONES, MOMENTS, UNREACHED, st.integers(2, 8), st.integers(0, 72))
@settings(max_examples=400, deadline=None)
def test_nobody_is_called_again_sooner_than_the_policy_allows(
    zone: str, at: datetime, outcome: CallOutcome, attempt: int, late: int
) -> None:
    due = next_attempt_at(STANDARD, zone, attempt=attempt, after=outcome, after_at=at, now=at + timedelta(hours=late))
    assert due - at >= STANDARD.min_gap
    assert is_open(STANDARD, zone, due)


@given(ZONES, MOMENTS)
@settings(max_examples=400, deadline=None)
def test_no_open_minute_is_skipped(zone: str, moment: datetime) -> None:
    opens = next_open(STANDARD, zone, moment)
    if opens > moment:
        assert open_hours(STANDARD, zone, moment, opens) == 0
    assert open_hours(STANDARD, zone, moment, opens + timedelta(minutes=30)) > 0


@given(ZONES, MOMENTS, st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=200, deadline=None)
def test_open_hours_add_up(zone: str, moment: datetime, first: int, second: int) -> None:
    middle, end = moment + timedelta(hours=first), moment + timedelta(hours=first + second)
    whole = open_hours(STANDARD, zone, moment, end)
    parts = open_hours(STANDARD, zone, moment, middle) + open_hours(STANDARD, zone, middle, end)
    assert abs(whole - parts) < 1e-6
