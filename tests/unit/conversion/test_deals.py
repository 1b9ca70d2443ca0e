"""What follows from a deal alone: its first step, what it asks of a manager, what a further hand-over adds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.conversion.domain.deals import Deal, first_action, first_step_at, news, wanted_by
from services.conversion.domain.policy import STANDARD
from services.conversion.domain.routing import Wanted
from services.conversion.domain.stages import to_find_out
from workflows.contracts.base import ContactCard
from workflows.contracts.conversion import CallRecord, HandOver, HandOverReason, Stage

MONDAY = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)  # 09:00 in Kyiv
USUAL = STANDARD.calendar.add(MONDAY, STANDARD.first_step_within)
CONTACT = ContactCard(lead_id="1", company="Wind Ltd", language="uk", region="Lviv")
CALL = CallRecord(at=MONDAY - timedelta(days=1), by="caller-1", outcome="interested")


def a_deal(**values: Any) -> Deal:
    nothing = dict.fromkeys(Deal.model_fields)
    known = {
        "id": "d", "lead_id": "1", "workflow_id": "conversion:1", "stage": Stage.OFFERED, "policy_version": 1,
        "contact": CONTACT, "reason": HandOverReason.INTERESTED, "story": [CALL], "campaign_name": "",
        "segment": "steel", "products": ["FTL-UA"], "offered_at": MONDAY, "stage_since": MONDAY,
        "created_at": MONDAY, "updated_at": MONDAY, "contact_changes": {},
    }  # fmt: skip
    return Deal.model_validate({**nothing, **known, **values})


def a_hand_over(**values: Any) -> HandOver:
    return HandOver(**{"id": "h-2", "contact": CONTACT, "reason": HandOverReason.INTERESTED, **values})


@pytest.mark.parametrize(
    ("promise", "hours", "due"),
    [
        (None, None, USUAL),
        ("open", 1, MONDAY + timedelta(hours=1)),
        ("open", 24 * 9, USUAL),
        ("kept", 1, USUAL),
    ],
)
def test_the_first_step_is_due_when_the_policy_says_or_sooner_if_the_lead_was_promised_so(
    promise: str | None, hours: int | None, due: datetime
) -> None:
    promised_by = MONDAY + timedelta(hours=hours) if hours else None
    assert first_step_at(a_deal(promise=promise, promised_by=promised_by), STANDARD, MONDAY) == due


@pytest.mark.parametrize(
    ("values", "action"),
    [
        ({"question": "Who pays demurrage?", "wished_meeting": MONDAY}, "answer the question"),
        (
            {"question": "?", "question_answered_at": MONDAY, "wished_meeting": MONDAY},
            "confirm the meeting they wished for",
        ),
        ({}, "first contact"),
    ],
)
def test_a_new_owner_answers_the_question_first_then_sees_to_the_meeting(values: dict[str, Any], action: str) -> None:
    assert first_action(a_deal(**values)) == action


def test_a_question_is_open_until_it_is_answered() -> None:
    assert a_deal().open_question is None
    assert a_deal(question="Who pays?").open_question == "Who pays?"
    assert a_deal(question="Who pays?", question_answered_at=MONDAY).open_question is None


def test_routing_asks_for_what_is_known_of_the_lead() -> None:
    wanted = wanted_by(a_deal(), sticky="anna", excluded=["borys"])
    assert wanted == Wanted(
        language="uk", segment="steel", region="Lviv", products=["FTL-UA"], sticky="anna", excluded=frozenset({"borys"})
    )


def test_a_further_hand_over_adds_to_the_story_and_forgets_nothing() -> None:
    deal = a_deal(needs="trucks to Lviv", wished_meeting=MONDAY, sourced_by="caller-1")
    later = CallRecord(at=MONDAY, by="caller-2", outcome="interested")
    changes = news(deal, a_hand_over(story=[later, CALL], products=["LTL", "FTL-UA"], sourced_by="caller-2"))
    assert changes["story"] == [CALL, later]
    assert (changes["needs"], changes["wished_meeting"]) == ("trucks to Lviv", MONDAY)
    assert (changes["sourced_by"], changes["products"]) == ("caller-1", ["FTL-UA", "LTL"])
    assert changes.keys().isdisjoint({"question", "question_answered_at", "promised_by", "promise"})


def test_only_another_question_is_open_again_and_a_new_promise_counts_from_now() -> None:
    deal = a_deal(question="Who pays?", question_answered_at=MONDAY, promised_by=MONDAY, promise="late")
    assert "question" not in news(deal, a_hand_over(question="Who pays?"))
    soon = MONDAY + timedelta(hours=2)
    changes = news(deal, a_hand_over(question="How fast?", promised_by=soon))
    assert (changes["question"], changes["question_answered_at"]) == ("How fast?", None)
    assert (changes["promised_by"], changes["promise"]) == (soon, "open")


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (["need"], "find out the need"),
        (["authority", "timing"], "find out who signs and the timing"),
        (["need", "products", "current_supplier"], "find out the need, the routes and the present supplier"),
    ],
)
def test_what_is_missing_is_asked_for_in_a_managers_words(lacking: list[str], said: str) -> None:
    assert to_find_out(lacking) == said
