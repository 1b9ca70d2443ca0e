"""Selection criteria: who is worth calling and who is not, as data that is checked when it is saved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.chassis.records import Record
from services.lead_gen.domain.criteria_fields import KINDS, OPS, TIERS, Op, fold
from services.lead_gen.domain.leads import Lead

MAX_TEXT = 200
MAX_LIST = 500
# Days, points and attempts are far below; a numeric of PostgreSQL is far above.
MAX_NUMBER = 1e12
_WORDS = {"eq": "is", "in": "is", "gte": "is at least", "lte": "is at most", "contains": "contains"}


class Rule(BaseModel):
    """One condition on one field of a lead. `in` takes a list, `is_null` true or false.

    Text is compared without case. `last_contact` and `created` are whole days ago; a lead that nobody ever reached
    has no `last_contact`. A lead without a value matches `is_null` true and nothing else.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"example": {"field": "industry", "op": "eq", "value": "cargo"}}
    )

    field: str = Field(description=f"One of {', '.join(KINDS)}.")
    op: Op = Field(description="; ".join(f"{kind}: {', '.join(ops)}" for kind, ops in OPS.items()))
    value: Any = Field(default=None, validate_default=True)

    @field_validator("field")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(f"there is no such field; the fields are {', '.join(KINDS)}")
        return value

    @field_validator("op")
    @classmethod
    def _offered(cls, value: Op, info: ValidationInfo) -> Op:
        name = info.data.get("field")
        if name is not None and value not in OPS[KINDS[name]]:
            raise ValueError(f"{name} is a {KINDS[name]}, which takes {', '.join(OPS[KINDS[name]])}")
        return value

    @field_validator("value")
    @classmethod
    def _fits(cls, value: Any, info: ValidationInfo) -> Any:
        name, op = info.data.get("field"), info.data.get("op")
        if name is None or op is None:
            return value
        if op == "is_null" or KINDS[name] == "bool":
            return _bool(value)
        if KINDS[name] == "number":
            return _number(value)
        return _texts(name, value) if op == "in" else _text(name, value, whole=op == "eq")

    def holds(self, lead: Mapping[str, Any]) -> bool:
        """Does a lead with these facts match? Its numbers are Decimals, as PostgreSQL gives them."""
        known = lead.get(self.field)
        if self.op == "is_null":
            return (known is None or known == "") is self.value
        if known is None:
            return False
        match KINDS[self.field]:
            case "bool":
                return known is self.value
            case "number":
                return self._compares(Decimal(str(known)), Decimal(str(self.value)))
            case _:
                return self._matches(fold(str(known)))

    def _compares(self, known: Decimal, wanted: Decimal) -> bool:
        if self.op == "eq":
            return known == wanted
        return known >= wanted if self.op == "gte" else known <= wanted

    def _matches(self, known: str) -> bool:
        if self.op == "in":
            return known in {fold(one) for one in self.value}
        return fold(self.value) in known if self.op == "contains" else fold(self.value) == known

    def says(self) -> str:
        """The rule in words, for the answer to why."""
        if self.op == "is_null":
            return f"{self.field} is {'empty' if self.value else 'filled'}"
        value = " or ".join(map(str, self.value)) if isinstance(self.value, list) else self.value
        return f"{self.field} {_WORDS[self.op]} {value}"


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("needs true or false")
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("needs a number")
    if not math.isfinite(value) or abs(value) > MAX_NUMBER:
        raise ValueError(f"needs a number between -{MAX_NUMBER:.0f} and {MAX_NUMBER:.0f}")
    return value


def _text(name: str, value: Any, *, whole: bool = True) -> str:
    # A number typed for a text, such as size 50, can only mean its digits.
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text:
        raise ValueError("needs a text that is not empty")
    if len(text) > MAX_TEXT:
        raise ValueError(f"needs a text of at most {MAX_TEXT} characters")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("has a character that a lead's text cannot have")
    if name == "tier" and whole and fold(text) not in TIERS:
        raise ValueError(f"there is no tier '{text}'; the tiers are {', '.join(TIERS)}")
    return text


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise ValueError("`in` needs a list with at least one value")
    if len(value) > MAX_LIST:
        raise ValueError(f"`in` takes at most {MAX_LIST} values")
    return [_text(name, one) for one in value]


class RuleSet(BaseModel):
    """Every include rule must hold and no exclude rule may."""

    model_config = ConfigDict(extra="forbid")

    include: list[Rule] = Field(default_factory=list, max_length=50)
    exclude: list[Rule] = Field(default_factory=list, max_length=50)

    def named(self) -> list[tuple[str, Rule]]:
        """Every rule with its place, such as `include[2]`."""
        return [(f"include[{n}]", rule) for n, rule in enumerate(self.include)] + [
            (f"exclude[{n}]", rule) for n, rule in enumerate(self.exclude)
        ]

    def takes(self, lead: Mapping[str, Any]) -> bool:
        """Would a lead with these facts be selected?"""
        return all(rule.holds(lead) for rule in self.include) and not any(rule.holds(lead) for rule in self.exclude)


class CriteriaVersion(Record):
    """One version of criteria."""

    id: str
    name: str
    version: int
    include: list[Rule]
    exclude: list[Rule]
    created_by: str
    created_at: datetime

    @property
    def rules(self) -> RuleSet:
        """The rules alone."""
        return RuleSet(include=self.include, exclude=self.exclude)


class CriteriaListed(CriteriaVersion):
    """Criteria in a list: `by` is what their writer is called, `campaigns` how many go by this very version, and
    `campaigns_of_name` how many by any version of the name.
    """

    by: str = ""
    campaigns: int
    campaigns_of_name: int


class RuleCount(Record):
    """How many of the leads that could be called match one rule alone."""

    rule: str = Field(description="Its place, such as `include[0]`.")
    says: str
    leaves: int


class RulesTried(Record):
    """What rules would do now, counted over the leads that could be enrolled at this moment."""

    candidates: int
    matching: int
    rules: list[RuleCount]
    sample: list[Lead]


def contradiction(body: RuleSet) -> tuple[str, str] | None:
    """(place, reason) of a rule that no lead can match together with the rules before it; None if undecided.

    Decided per field where the include rules leave a finite choice of values (`eq`, `in`, `is_null` true, a yes or
    no), and for numbers by their bounds.
    """
    for field in dict.fromkeys(rule.field for rule in body.include):
        rules = [(place, rule) for place, rule in body.named() if rule.field == field]
        left = _choice([rule for place, rule in rules if place.startswith("include")])
        clash = _clash_of_bounds(rules) if left is None else _clash_of_values(field, rules, left)
        if clash is not None:
            return clash, f"together with the other rules on {field}, no lead can ever match"
    return None


def _choice(includes: Sequence[Rule]) -> list[Any] | None:
    """The values that the first deciding include rule leaves; None when they cannot be listed."""
    for rule in includes:
        if rule.op == "is_null" and rule.value:
            return [None]
        if rule.op == "eq":
            return [rule.value]
        if rule.op == "in":
            return list(rule.value)
    return None


def _clash_of_values(field: str, rules: Sequence[tuple[str, Rule]], left: list[Any]) -> str | None:
    for place, rule in rules:
        wanted = place.startswith("include")
        left = [value for value in left if rule.holds({field: value}) is wanted]
        if not left:
            return f"{place}.value"
    return None


def _clash_of_bounds(rules: Sequence[tuple[str, Rule]]) -> str | None:
    low, high = -math.inf, math.inf
    for place, rule in rules:
        if place.startswith("include") and rule.op in ("gte", "lte"):
            low = max(low, rule.value) if rule.op == "gte" else low
            high = min(high, rule.value) if rule.op == "lte" else high
            if low > high:
                return f"{place}.value"
    return None
