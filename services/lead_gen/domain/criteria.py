"""Selection criteria: who is worth calling and who is not, as data that is checked when saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FIELDS = ("industry", "size", "region", "city", "language", "source", "company", "email", "website", "score")
Op = Literal["eq", "in", "gte", "lte", "contains", "is_null"]


class Rule(BaseModel):
    """One condition on one field of the lead. `in` takes a list, `is_null` true or false."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: Literal["industry", "size", "region", "city", "language", "source", "company", "email", "website", "score"]
    op: Op
    value: Any = None

    @model_validator(mode="after")
    def _fits(self) -> Rule:
        if self.op == "in" and not (isinstance(self.value, list) and self.value):
            raise ValueError("`in` needs a list with at least one value")
        if self.op == "is_null" and not isinstance(self.value, bool):
            raise ValueError("`is_null` needs true or false")
        if self.op in ("gte", "lte") and (self.field != "score" or not isinstance(self.value, int | float)):
            raise ValueError("`gte` and `lte` compare the score with a number")
        if self.op in ("eq", "contains") and not isinstance(self.value, str | int | float):
            raise ValueError(f"`{self.op}` needs a text or a number")
        return self

    def holds(self, lead: Mapping[str, Any]) -> bool:
        """Does this lead fit?"""
        value = lead.get(self.field)
        if self.op == "is_null":
            return (value in (None, "")) is self.value
        if value is None:
            return False
        text = str(value).casefold()
        match self.op:
            case "eq":
                return text == str(self.value).casefold()
            case "in":
                return text in {str(one).casefold() for one in self.value}
            case "contains":
                return str(self.value).casefold() in text
            case "gte":
                return float(value) >= float(self.value)
            case _:
                return float(value) <= float(self.value)

    def says(self) -> str:
        """The rule in words, for the answer to why."""
        return f"{self.field} {self.op.replace('_', ' ')} {self.value}"


class CriteriaBody(BaseModel):
    """Every include rule must hold and no exclude rule may."""

    model_config = ConfigDict(extra="forbid")

    include: list[Rule] = Field(default_factory=list, max_length=50)
    exclude: list[Rule] = Field(default_factory=list, max_length=50)


def to_sql(body: CriteriaBody, first_parameter: int) -> tuple[str, list[Any]]:
    """The same rules as a WHERE condition over `leads l`, with numbered parameters from `first_parameter`."""
    parts: list[str] = []
    values: list[Any] = []
    for rule, wanted in [(r, True) for r in body.include] + [(r, False) for r in body.exclude]:
        condition = _condition(rule, first_parameter + len(values), values)
        parts.append(condition if wanted else f"NOT coalesce({condition}, false)")
    return " AND ".join(parts) or "true", values


def _condition(rule: Rule, number: int, values: list[Any]) -> str:
    # Field names come from the closed list of the model, never from a person's text.
    column = f"l.{rule.field}"
    if rule.op == "is_null":
        return f"(coalesce({column}::text, '') = '') = {'true' if rule.value else 'false'}"
    match rule.op:
        case "eq":
            values.append(str(rule.value).casefold())
            return f"lower({column}::text) = ${number}"
        case "in":
            values.append([str(one).casefold() for one in rule.value])
            return f"lower({column}::text) = ANY(${number})"
        case "contains":
            values.append(str(rule.value).casefold())
            return f"position(${number} in lower({column}::text)) > 0"
        case "gte":
            values.append(float(rule.value))
            return f"{column} >= ${number}::float8"
        case _:
            values.append(float(rule.value))
            return f"{column} <= ${number}::float8"
