"""Where the clocks change, days stay days: reminders keep their day and hour, and due dates the day that was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.account_mgmt.domain.contact_schedule import planned_contacts
from services.account_mgmt.domain.dunning_plan import dunning_plan
from services.account_mgmt.domain.later import asked_on
from services.account_mgmt.domain.policy import STANDARD
from services.account_mgmt.domain.reorder_cycle import contact_time, next_expected, next_nudge, nudge_for, usual_gap
from services.chassis.business_time import after

KYIV = ZoneInfo("Europe/Kyiv")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
"""Sundays on which an hour is left out, and on which one comes twice."""
CHANGES = pytest.mark.parametrize("changes_on", [SPRING, AUTUMN])
DAY = timedelta(days=1)
HOURS = STANDARD.contact_hours
EVERY_DAY = STANDARD.model_copy(update={"working_days_only": False})


def kyiv(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), KYIV).astimezone(UTC)


def shown(at: datetime) -> str:
    """What calendar and clock say in Kyiv."""
    return f"{at.astimezone(KYIV):%Y-%m-%d %H:%M}"


def rhythm(last: date, clock: str, every: int = 14, times: int = 4) -> Sequence[datetime]:
    return [kyiv(last - timedelta(days=every * back), clock) for back in reversed(range(times))]


@CHANGES
@pytest.mark.parametrize("clock", ["00:15", "09:05", "17:45", "23:45"])
def test_the_next_order_is_expected_on_the_same_day_of_the_week_at_the_same_hour(changes_on: date, clock: str) -> None:
    last = changes_on - 4 * DAY
    placed = rhythm(last, clock)
    assert usual_gap(STANDARD, placed) == 14 * DAY
    assert shown(next_expected(STANDARD, placed)) == f"{last + 14 * DAY} {clock}"
    # Also if one of the gaps that are counted lies across the change.
    assert usual_gap(STANDARD, rhythm(changes_on + 3 * DAY, clock, times=2)) == 14 * DAY


@CHANGES
@pytest.mark.parametrize("clock", ["09:05", "17:45"])
def test_a_reminder_keeps_its_day_and_its_hour_within_the_calling_window(changes_on: date, clock: str) -> None:
    last = changes_on - 4 * DAY
    placed = rhythm(last, clock)
    nudge = contact_time(STANDARD, next_nudge(STANDARD, placed, placed[-1]), "Europe/Kyiv")
    assert shown(nudge) == f"{last + 12 * DAY} {clock}"
    expected = nudge_for(STANDARD, placed[-1], kyiv(last + 14 * DAY, clock), placed[-1])
    assert shown(contact_time(STANDARD, expected, "Europe/Kyiv")) == f"{last + 12 * DAY} {clock}"


@CHANGES
def test_reminders_of_a_year_stay_at_their_hour_and_on_their_day_of_the_week(changes_on: date) -> None:
    first = kyiv(changes_on - 18 * DAY, "17:30")
    planned = planned_contacts(
        STANDARD, now=first, next_nudge=first, every=14 * DAY, invoices=[], zones=["Europe/Kyiv"]
    )
    assert len(planned) > 20
    assert {f"{one.at.astimezone(KYIV):%a %H:%M}" for one in planned} == {"Wed 17:30"}


@CHANGES
@pytest.mark.parametrize("clock", ["00:20", "12:00", "23:40"])
def test_an_invoice_is_due_on_the_day_that_was_agreed_and_reminded_of_by_whole_days(
    changes_on: date, clock: str
) -> None:
    issued = changes_on - 3 * DAY
    plan = dunning_plan(EVERY_DAY, kyiv(issued, clock), "Europe/Kyiv")
    due = issued + STANDARD.payment_term
    assert shown(plan[1].at) == f"{due} {clock}"
    days = [step.at.astimezone(KYIV).date() for step in plan[2:]]
    waits = [later - earlier for earlier, later in pairwise(days)]
    assert waits == STANDARD.dunning_gaps


@CHANGES
@pytest.mark.parametrize("clock", ["01:00", "02:59", "03:00", "03:30", "04:00", "08:59", "18:00", "23:59"])
def test_outside_the_window_the_next_opening_is_nine_by_the_new_clock(changes_on: date, clock: str) -> None:
    opens = contact_time(EVERY_DAY, kyiv(changes_on, clock), "Europe/Kyiv")
    day = changes_on + DAY if clock >= "18:00" else changes_on
    assert shown(opens) == f"{day} 09:00"
    # On weekdays only, Monday.
    assert shown(contact_time(STANDARD, kyiv(changes_on, clock), "Europe/Kyiv")) == f"{changes_on + DAY} 09:00"


@CHANGES
def test_who_asks_to_be_called_on_the_monday_after_is_called_at_ten(changes_on: date) -> None:
    assert shown(asked_on(STANDARD, changes_on + DAY, "Europe/Kyiv")) == f"{changes_on + DAY} 10:00"


@given(
    st.sampled_from([SPRING, AUTUMN]), st.integers(-30 * 24 * 60, 3 * 24 * 60), st.integers(0, 60),
    st.sampled_from([["Europe/Kyiv"], ["Europe/Kyiv", "Europe/London"], ["America/New_York"],
                     ["Europe/Kyiv", "Asia/Kolkata"]]),
)  # fmt: skip
def test_whenever_it_is_asked_the_answer_lies_in_the_window_of_every_zone(
    changes_on: date, minutes: int, days: int, zones: list[str]
) -> None:
    assert HOURS is not None
    asked = after(kyiv(changes_on, "00:00") + timedelta(minutes=minutes), timedelta(days=days), KYIV)
    at = contact_time(STANDARD, asked, zones)
    assert at >= asked
    for zone in zones:
        local = at.astimezone(ZoneInfo(zone))
        assert HOURS.begin <= local.time() < HOURS.end and local.weekday() < 5


ZONES = ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "UTC"]


@given(
    st.one_of(
        st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
        # The night in which an hour comes twice, at which chance would hardly ever look.
        st.integers(-180, 180).map(lambda minutes: kyiv(AUTUMN, "03:30") + timedelta(minutes=minutes)),
    ),
    st.one_of(st.timedeltas(timedelta(microseconds=1), DAY), st.timedeltas(DAY, 400 * DAY)),
    st.sampled_from(ZONES),
)
def test_a_wait_leads_forwards_and_a_negative_one_back(at: datetime, wait: timedelta, zone: str) -> None:
    assert after(at, wait, ZoneInfo(zone)) > at
    assert after(at, -wait, ZoneInfo(zone)) < at
    if wait < DAY:
        assert after(at, wait, ZoneInfo(zone)) == at + wait


@pytest.mark.parametrize("gap", [timedelta(seconds=10), timedelta(minutes=1), timedelta(hours=1)])
def test_a_customer_who_orders_all_the_time_has_a_calendar_that_ends(gap: timedelta) -> None:
    """Also across the hour that comes twice, to which a wait must not return."""
    hourly = EVERY_DAY.model_copy(update={"shortest_interval": gap, "nudge_gap": gap, "contact_hours": None})
    begin = kyiv(AUTUMN, "03:59")
    planned = planned_contacts(hourly, now=begin, next_nudge=begin, every=gap, invoices=[], zones=["Europe/Kyiv"])
    assert len(planned) == 500
    assert all(two.at - one.at == gap for one, two in pairwise(planned))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(timedelta(days=-400), timedelta(days=400)),
)
def test_days_are_counted_by_the_calendar_and_what_is_left_by_the_clock(at: datetime, wait: timedelta) -> None:
    later = after(at, wait, KYIV)
    assert abs(later - at - wait) <= timedelta(hours=1)
    assert after(at, wait, ZoneInfo("UTC")) == at + wait
    if wait < DAY and wait >= timedelta(0):
        assert later == at + wait, "hours are hours"
