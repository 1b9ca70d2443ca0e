"""Rules as data: what is refused when saved, and what a rule says of a lead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.lead_gen.domain.criteria import Rule, RuleSet, contradiction
from services.lead_gen.domain.criteria_fields import KINDS, fold
from services.lead_gen.repository.criteria_sql import EXPRESSIONS, to_sql


def rule(field: str, op: Any, value: Any) -> Rule:
    return Rule(field=field, op=op, value=value)


REFUSED = [
    ("colour", "eq", "red", "field"),
    ("industry", "gte", 3, "op"),
    ("score", "contains", 3, "op"),
    ("do_not_call", "is_null", True, "op"),
    ("industry", "like", "x", "op"),
    ("industry", "eq", None, "value"),
    ("industry", "eq", "", "value"),
    ("industry", "eq", True, "value"),
    ("industry", "eq", "a\0b", "value"),
    ("industry", "eq", "\ud800", "value"),
    ("industry", "eq", "x" * 201, "value"),
    ("industry", "in", [], "value"),
    ("industry", "in", "cargo", "value"),
    ("industry", "in", ["cargo", None], "value"),
    ("industry", "in", ["x"] * 501, "value"),
    ("industry", "is_null", "yes", "value"),
    ("score", "gte", "ten", "value"),
    ("score", "gte", True, "value"),
    ("score", "gte", float("nan"), "value"),
    ("score", "lte", 1e300, "value"),
    ("has_email", "eq", 1, "value"),
    ("tier", "eq", "marketing", "value"),
    ("tier", "in", ["lead_gen", "nowhere"], "value"),
]


@pytest.mark.parametrize(("field", "op", "value", "wrong"), REFUSED, ids=[repr(row)[:50] for row in REFUSED])
def test_a_rule_that_cannot_be_right_is_refused_naming_its_part(field: str, op: str, value: Any, wrong: str) -> None:
    with pytest.raises(ValidationError) as refused:
        RuleSet.model_validate({"include": [{"field": field, "op": op, "value": value}]})
    assert refused.value.errors()[0]["loc"] == ("include", 0, wrong)


HOLDS = [
    ("industry", "eq", "Логістика", "ЛОГІСТИКА", True),
    ("city", "eq", "Кам'янець", "кам’янець", True),
    ("city", "contains", "МʼЯ", "Прим'ятний", True),
    ("company", "eq", "straße", "STRASSE", False),
    ("company", "eq", "İstanbul", "istanbul", True),
    ("size", "eq", 50, "50", True),
    ("industry", "in", ["Cargo", "retail"], "CARGO", True),
    ("industry", "eq", "cargo", None, False),
    ("industry", "is_null", True, "", True),
    ("score", "eq", 0.1, Decimal("0.1"), True),
    ("score", "gte", 0.30000000000000004, Decimal("0.3"), False),
    ("last_contact", "gte", 30, None, False),
    ("last_contact", "is_null", True, None, True),
    ("do_not_call", "eq", False, False, True),
]


@pytest.mark.parametrize(("field", "op", "value", "known", "holds"), HOLDS, ids=[repr(row)[:60] for row in HOLDS])
def test_a_rule_says_of_a_lead(field: str, op: str, value: Any, known: Any, holds: bool) -> None:
    assert rule(field, op, value).holds({field: known}) is holds


NEVER = [
    ([("industry", "eq", "cargo"), ("industry", "eq", "retail")], [], "include[1].value"),
    ([("industry", "in", ["a", "b"]), ("industry", "in", ["c"])], [], "include[1].value"),
    ([("industry", "eq", "cargo"), ("city", "eq", "x"), ("industry", "contains", "tail")], [], "include[2].value"),
    ([("industry", "is_null", True), ("industry", "contains", "a")], [], "include[1].value"),
    ([("industry", "is_null", False), ("industry", "is_null", True)], [], "include[0].value"),
    ([("industry", "eq", "Cargo")], [("industry", "in", ["CARGO", "retail"])], "exclude[0].value"),
    ([("score", "gte", 10), ("score", "lte", 9)], [], "include[1].value"),
    ([("score", "eq", 10), ("score", "lte", 9)], [], "include[1].value"),
    ([("do_not_call", "eq", True), ("do_not_call", "eq", False)], [], "include[1].value"),
]
Rows = list[tuple[str, str, Any]]


def body(include: Rows, exclude: Rows) -> RuleSet:
    return RuleSet(include=[rule(*row) for row in include], exclude=[rule(*row) for row in exclude])


@pytest.mark.parametrize(("include", "exclude", "place"), NEVER, ids=[row[2] + repr(row[0])[:40] for row in NEVER])
def test_rules_that_no_lead_can_fit_together_are_found(include: Rows, exclude: Rows, place: str) -> None:
    clash = contradiction(body(include, exclude))
    assert clash is not None
    assert clash[0] == place


POSSIBLE: list[tuple[Rows, Rows]] = [
    ([("industry", "eq", "Cargo"), ("industry", "in", ["cargo"]), ("industry", "contains", "ARG")], []),
    ([("score", "gte", 10), ("score", "lte", 10)], [("score", "eq", 11)]),
    ([("industry", "in", ["a", "b"])], [("industry", "eq", "a")]),
    ([], [("industry", "is_null", True), ("industry", "is_null", False)]),
]


@pytest.mark.parametrize(("include", "exclude"), POSSIBLE)
def test_rules_that_some_lead_may_fit_are_left_alone(include: Rows, exclude: Rows) -> None:
    assert contradiction(body(include, exclude)) is None


def test_parameters_are_numbered_from_the_first_that_is_free() -> None:
    condition, values = to_sql(body([("city", "eq", "Kyiv")], [("score", "lte", 1.5)]), 4)
    assert "$4::text" in condition
    assert "$5::numeric" in condition
    assert values == ["kyiv", Decimal("1.5")]


def test_folding_is_letter_by_letter() -> None:
    assert fold("ΣΑΣ Straße İ П’ЯТЬ Їжак") == "σασ straße i п'ять їжак"


def test_every_field_that_a_rule_may_ask_can_be_asked_of_the_register() -> None:
    assert EXPRESSIONS.keys() == KINDS.keys()
