"""Why a lead is called or not: every rule with its verdict, and contact data never in clear."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.lead_gen.domain.campaigns import Campaign
from services.lead_gen.domain.criteria import CriteriaVersion
from services.lead_gen.domain.policy import STANDARD
from services.lead_gen.domain.scores import Recipe
from services.lead_gen.domain.why import (
    Number,
    campaign_reasons,
    campaign_why,
    general_reasons,
    number_why,
    score_parts,
    somebody_calls,
    window_why,
)
from tests.unit.lead_gen.leads import NOW, lead

RULES: dict[str, Any] = {
    "include": [{"field": "email", "op": "contains", "value": "viter"}],
    "exclude": [{"field": "score", "op": "lte", "value": 1}],
}
CRITERIA = CriteriaVersion(id="c", name="Freight", version=3, created_by="boss", created_at=NOW, **RULES)


def campaign(**changes: Any) -> Campaign:
    known = {"id": "k", "name": "Spring", "criteria_id": "c", "script_id": None, "priority": 1, "state": "running"}
    return Campaign.model_validate({**known, "created_at": NOW, **changes})


def test_a_campaign_says_what_each_rule_saw() -> None:
    why = campaign_why(campaign(), CRITERIA, {"email": "office@viter.example", "score": Decimal("0.5")})
    assert (why.verdict, why.criteria) == ("leaves", "Freight version 3")
    assert [(one.rule, one.verdict, one.value) for one in why.reasons] == [
        ("include[0]", "takes", "(known)"),
        ("exclude[0]", "leaves", 0.5),
    ]
    [summary] = campaign_reasons([why])
    assert summary.text == "Campaign Spring (running), Freight version 3; exclude: score is at most 1"


def test_a_campaign_without_criteria_takes_everybody_and_no_campaign_takes_nobody() -> None:
    why = campaign_why(campaign(criteria_id=None), None, {})
    assert (why.verdict, why.criteria, why.reasons) == ("takes", "no criteria", [])
    [nobody] = campaign_reasons([])
    assert (nobody.rule, nobody.verdict) == ("campaign", "leaves")


def test_a_lead_under_way_stays_with_its_campaign() -> None:
    takes = campaign_why(campaign(criteria_id=None), None, {})
    leaves = campaign_why(campaign(), CRITERIA, {"email": None, "score": Decimal(9)})
    paused = takes.model_copy(update={"state": "paused"})
    assert somebody_calls(lead(), [takes])
    assert not somebody_calls(lead(), [leaves])
    assert not somebody_calls(lead(), [paused])
    assert somebody_calls(lead(stage="calling", campaign_id="k"), [leaves])
    assert not somebody_calls(lead(stage="calling", campaign_id="another"), [takes])


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"stage": "resting", "rest_until": NOW}, []),
        ({"stage": "resting", "rest_until": NOW + timedelta(days=1)}, ["rest"]),
        ({"stage": "resting"}, ["rest"]),
        ({"stage": "cancelled"}, ["stage"]),
        ({"tier": "conversion"}, ["stage"]),
    ],
)
def test_what_holds_for_every_campaign(changes: dict[str, Any], wrong: list[str]) -> None:
    reasons = general_reasons(lead(**changes), forbidden=False, callable_numbers=1, now=NOW)
    assert [one.rule for one in reasons if one.verdict == "leaves"] == wrong


def test_the_ledger_and_wrong_numbers_leave_a_lead_out() -> None:
    reasons = general_reasons(lead(), forbidden=True, callable_numbers=0, now=NOW)
    assert [one.rule for one in reasons if one.verdict == "leaves"] == ["do_not_call", "numbers"]


def test_the_heaviest_part_of_a_score_comes_first() -> None:
    weights = [
        {"rule": {"field": "industry", "op": "eq", "value": "Cargo"}, "points": 5},
        {"rule": {"field": "email", "op": "is_null", "value": False}, "points": -30},
        {"rule": {"field": "size", "op": "eq", "value": "1-10"}, "points": 100},
    ]
    recipe = Recipe.model_validate({"id": "s", "version": 1, "weights": weights, "model": None})
    parts = score_parts(recipe, {"industry": "CARGO", "email": "a@b.ua", "size": None})
    assert [(part.value, part.adds) for part in parts] == [("(known)", -30), ("CARGO", 5), (None, 0)]


def test_a_closed_window_says_when_it_opens() -> None:
    evening = NOW.replace(hour=20)
    why = window_why(lead(), 7, STANDARD, evening)
    assert (why.open, why.next_open, why.policy_version) == (False, NOW + timedelta(days=1), 7)
    never = STANDARD.model_copy(update={"weekdays": []})
    assert window_why(lead(), 7, never, evening).next_open is None


def test_numbers_are_masked() -> None:
    why = number_why(Number(phone="+380441230001", bad=False, scope="company", at=NOW))
    assert "+380441230001" not in why.phone
    assert (why.working, why.on_ledger, why.callable) == (True, "company", False)
