"""The touches to come: in order, within a year, never closer than the policy allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.account_mgmt.domain.contact_schedule import AHEAD, Owed, touches
from services.account_mgmt.domain.policy import Policy

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = Policy()


def test_an_open_invoice_has_its_due_date_and_the_reminders_that_are_left() -> None:
    owed = [Owed("1", NOW + 3 * DAY, 0), Owed("2", NOW - 2 * DAY, 1)]
    found = touches(POLICY, now=NOW, next_nudge=None, every=30 * DAY, owed=owed)
    assert [touch.kind for touch in found].count("invoice_due") == 1
    assert [touch.why for touch in found if touch.kind == "dunning" and "invoice 2" in touch.why] == [
        "invoice 2, reminder 2 unless it is paid",
        "invoice 2, reminder 3 unless it is paid",
    ]


def test_whoever_opted_out_gets_no_nudge() -> None:
    assert touches(POLICY, now=NOW, next_nudge=None, every=30 * DAY, owed=[]) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(-30, 400), st.integers(1, 800), st.lists(st.integers(-60, 90), max_size=4))
def test_touches_are_in_order_within_a_year_and_nudges_never_too_close(first: int, every: int, dues: list[int]) -> None:
    owed = [Owed(str(number), NOW + due * DAY, 0) for number, due in enumerate(dues)]
    found = touches(POLICY, now=NOW, next_nudge=NOW + first * DAY, every=every * DAY, owed=owed)
    times = [touch.at for touch in found]
    assert times == sorted(times)
    assert all(NOW <= at <= NOW + AHEAD for at in times)
    nudges = [touch.at for touch in found if touch.kind == "nudge"]
    assert all(later - earlier >= POLICY.nudge_gap for earlier, later in pairwise(nudges))
