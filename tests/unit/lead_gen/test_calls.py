"""What a caller may be given, what they must report, and what tier 2 is told of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.chassis.errors import Invalid
from services.lead_gen.domain.cadence import due_at
from services.lead_gen.domain.callers import Standing, callable_groups, group_of
from services.lead_gen.domain.calls import CallReport, check_report
from services.lead_gen.domain.hand_overs import contact_card, hand_over_pack
from services.lead_gen.domain.policy import DEMO, STANDARD
from services.lead_gen.domain.promises import promise_time
from tests.unit.lead_gen.leads import NOW, call, lead
from workflows.contracts.lead_gen import CallOutcome, OpenCall

IN_AN_HOUR = NOW + timedelta(hours=1)
INCOMPLETE: list[tuple[dict[str, Any], str]] = [
    ({"outcome": "callback"}, "callback_at"),
    ({"outcome": "hard_question", "question": ""}, "question"),
    ({"outcome": "not_interested"}, "reason"),
    ({"outcome": "callback", "callback_at": datetime(2026, 6, 1, 12)}, "callback_at"),
    ({"outcome": "interested", "wished_meeting": datetime(2026, 6, 1, 12)}, "wished_meeting"),
    ({"outcome": "callback", "callback_at": NOW}, "callback_at"),
]


@pytest.mark.parametrize(("told", "field"), INCOMPLETE, ids=[f"{told['outcome']}-{at}" for told, at in INCOMPLETE])
def test_a_report_names_what_it_lacks(told: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_report(CallReport(**told), NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "told",
    [
        {"outcome": "no_answer"},
        {"outcome": "callback", "callback_at": IN_AN_HOUR},
        {"outcome": "hard_question", "question": "Customs?"},
        {"outcome": "interested", "wished_meeting": NOW - timedelta(days=1)},
    ],
)
def test_a_whole_report_is_taken(told: dict[str, Any]) -> None:
    check_report(CallReport(**told), NOW)


@pytest.mark.parametrize("outcome", list(CallOutcome))
def test_whoever_is_handed_over_was_reached(outcome: CallOutcome) -> None:
    report = CallReport(outcome=outcome)
    assert report.hands_over <= report.was_contact
    assert report.was_contact is (outcome not in ("no_answer", "busy", "voicemail", "wrong_number"))


WAITING = [group_of("spring", "UTC", "uk"), group_of("spring", "Asia/Tokyo", "uk"), group_of("autumn", "UTC", "en")]


def groups(**standing: Any) -> list[str]:
    return callable_groups(
        WAITING, running=["spring", "autumn"], standing=Standing(**standing), policy=STANDARD, now=NOW
    )


def test_a_caller_gets_calls_of_their_campaigns_and_languages_in_the_leads_own_hours() -> None:
    assert groups() == ["spring|UTC|uk", "autumn|UTC|en"]
    assert groups(known=True, languages=["en"]) == ["autumn|UTC|en"]
    assert groups(known=True, languages=["uk", "en"], campaigns=["spring"]) == ["spring|UTC|uk"]
    assert groups(known=True, languages=["uk"], campaigns=["another"]) == []
    # A group written before languages were kept is open to everybody.
    old = callable_groups(["spring|UTC"], running=["spring"], standing=Standing(known=True), policy=DEMO, now=NOW)
    assert old == ["spring|UTC"]


def opening(**changes: Any) -> OpenCall:
    known = {"key": "k", "lead_id": "l", "campaign_id": "c", "workflow_id": "w", "attempt": 2, "policy_version": 1}
    return OpenCall(**{**known, **changes})


def test_a_promised_callback_is_due_to_the_minute_and_never_in_the_past() -> None:
    promised = opening(after="callback", after_at=NOW, callback_at=IN_AN_HOUR)
    assert due_at(STANDARD, "UTC", promised, NOW) == IN_AN_HOUR
    assert due_at(STANDARD, "UTC", promised, NOW + timedelta(hours=2)) == NOW + timedelta(hours=2)


def test_a_callback_promised_for_the_night_is_due_in_the_morning() -> None:
    night = opening(after="callback", after_at=NOW, callback_at=NOW.replace(hour=22))
    assert due_at(STANDARD, "UTC", night, NOW) == NOW + timedelta(days=1)


def test_anything_else_is_due_by_the_cadence() -> None:
    # The promise of an earlier call says nothing about the one after it.
    stale = opening(after="busy", after_at=NOW, callback_at=IN_AN_HOUR)
    assert due_at(STANDARD, "UTC", stale, NOW) == NOW + STANDARD.min_gap


def test_a_promise_is_kept_within_the_leads_hours() -> None:
    assert promise_time(STANDARD, "UTC", NOW) == NOW + STANDARD.promise_within
    evening = NOW.replace(hour=17, minute=30)
    assert promise_time(STANDARD, "UTC", evening) == NOW + timedelta(days=1)


def test_the_pack_for_tier_2_holds_what_was_said_last() -> None:
    calls = [
        call("callback", note="in haste", needs="two trucks"),
        call("hard_question", caller="bohdan", attempt=2, question="Customs?", products=["sea"], promised_by=NOW),
        call("no_answer", caller="vira", attempt=3),
    ]
    pack = hand_over_pack(lead(), calls, {"anna": "Анна Бондар"})
    assert (pack.needs, pack.question, pack.products, pack.promised_by) == ("two trucks", "Customs?", ["sea"], NOW)
    assert (pack.sourced_by, pack.wished_meeting) == ("bohdan", None)
    assert [(one.by, one.outcome, one.note) for one in pack.story] == [
        ("anna", "callback", "in haste"),
        ("bohdan", "hard_question", None),
        ("vira", "no_answer", None),
    ]
    assert [one.by_name for one in pack.story] == ["Анна Бондар", None, None]


def test_a_lead_that_nobody_called_has_no_story() -> None:
    pack = hand_over_pack(lead(), [], {})
    assert (pack.story, pack.sourced_by, pack.products) == ([], None, [])
    assert pack.contact == contact_card(lead())
    assert (pack.contact.lead_id, pack.contact.phones) == ("lead-1", ["+380441230001"])
