"""The contacts to come: in order, within a year, never closer than the policy allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.account_mgmt.domain.contact_schedule import AHEAD, DueInvoice, planned_contacts
from services.account_mgmt.domain.dunning_plan import dunning_plan
from services.account_mgmt.domain.policy import Policy
from services.chassis.business_time import after

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = Policy()


def test_an_open_invoice_has_its_due_date_and_the_reminders_that_are_left() -> None:
    owed = [DueInvoice("1", NOW + 3 * DAY, 0), DueInvoice("2", NOW - 2 * DAY, 1)]
    found = planned_contacts(POLICY, now=NOW, next_nudge=None, every=30 * DAY, invoices=owed)
    assert [contact.kind for contact in found].count("invoice_due") == 1
    assert [contact.why for contact in found if contact.kind == "dunning" and "invoice 2" in contact.why] == [
        "invoice 2, reminder 2 unless it is paid",
        "invoice 2, reminder 3 unless it is paid",
    ]


def test_reminders_that_rest_are_planned_after_their_rest() -> None:
    owed = [DueInvoice("1", NOW - 30 * DAY, 1, NOW + 10 * DAY)]
    found = planned_contacts(POLICY, now=NOW, next_nudge=None, every=30 * DAY, invoices=owed)
    assert [contact.at for contact in found if contact.kind == "dunning"] == [NOW + 10 * DAY, NOW + 17 * DAY]


def test_whoever_opted_out_gets_no_nudge() -> None:
    assert planned_contacts(POLICY, now=NOW, next_nudge=None, every=30 * DAY, invoices=[]) == []


@settings(max_examples=100, deadline=None)
@given(st.integers(-30, 400), st.integers(1, 800), st.lists(st.integers(-60, 90), max_size=4))
def test_contacts_are_in_order_within_a_year_and_nudges_never_too_close(
    first: int, every: int, dues: list[int]
) -> None:
    owed = [DueInvoice(str(number), NOW + due * DAY, 0) for number, due in enumerate(dues)]
    found = planned_contacts(POLICY, now=NOW, next_nudge=NOW + first * DAY, every=every * DAY, invoices=owed)
    times = [contact.at for contact in found]
    assert times == sorted(times)
    assert all(NOW <= at <= NOW + AHEAD for at in times)
    nudges = [contact.at for contact in found if contact.kind == "nudge"]
    assert all(later >= after(earlier, POLICY.nudge_gap, POLICY.zone) for earlier, later in pairwise(nudges))


def test_nudges_and_reminders_of_the_calendar_fall_into_the_customers_contact_hours() -> None:
    owed = [DueInvoice("1", NOW + DAY / 3, 0), DueInvoice("2", NOW - 2 * DAY, 1)]
    found = planned_contacts(
        POLICY, now=NOW, next_nudge=NOW - DAY, every=30 * DAY, invoices=owed, zones=("America/New_York",)
    )
    ours = [one.at.astimezone(ZoneInfo("America/New_York")) for one in found if one.kind != "invoice_due"]
    assert ours
    assert all(9 <= at.hour < 18 and at.weekday() < 5 for at in ours)


def test_the_calendar_plans_reminders_when_dunning_would_send_them() -> None:
    saturday = datetime(2026, 5, 9, 12, tzinfo=UTC)
    policy = POLICY.model_copy(update={"dunning_gaps": [3 * DAY, 3 * DAY, 3 * DAY]})
    owed = [DueInvoice("1", saturday, 0)]
    found = planned_contacts(policy, now=NOW, next_nudge=None, every=30 * DAY, invoices=owed, zones=("Europe/Kyiv",))
    sent = dunning_plan(policy, saturday - policy.payment_term, "Europe/Kyiv")
    assert [one.at for one in found if one.kind == "dunning"] == [one.at for one in sent if one.kind == "reminder"]


def test_reminders_that_were_missed_are_not_planned_all_for_one_moment() -> None:
    owed = [DueInvoice("1", NOW - 90 * DAY, 0)]
    found = planned_contacts(POLICY, now=NOW, next_nudge=None, every=30 * DAY, invoices=owed)
    at = [one.at for one in found]
    assert all(later - earlier >= gap for (earlier, later), gap in zip(pairwise(at), POLICY.dunning_gaps, strict=False))
