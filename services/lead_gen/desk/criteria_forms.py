"""Rules as rows of a form: which field, how it is compared, and with what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError
from starlette.datastructures import FormData

from services.chassis.errors import DomainError
from services.chassis.typed_numbers import plain_number
from services.chassis.web.refusals import reason_of
from services.lead_gen.domain.criteria import Rule, RuleSet
from services.lead_gen.domain.criteria_fields import KINDS

SIDES: Final = ("include", "exclude")
SPARE: Final = 2
_MOST: Final = 60
_WHOLE: Final = {"empty": ("is_null", True), "filled": ("is_null", False), "yes": ("eq", True), "no": ("eq", False)}
"""Comparisons that say everything themselves, as rules have them."""
_PLACE = re.compile(r"(include|exclude)\[(\d+)\](?:\.(\w+))?")


@dataclass(frozen=True)
class Row:
    """One rule as it stands in the form; `at` is where, such as `include.0`."""

    at: str
    field: str = ""
    op: str = ""
    value: str = ""


@dataclass
class TypedRules:
    """What a form holds: its rows by side, and the rules that those with a field make, with the row of each."""

    rows: dict[str, list[Row]]
    rules: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {side: [] for side in SIDES})
    row_of: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def strays(self) -> list[Row]:
        """Rows with something to compare with, of which nobody has said what it is compared with."""
        return [row for side in SIDES for row in self.rows[side] if row.value and not row.field]

    @property
    def names(self) -> list[str]:
        """Inputs at which something can be wrong."""
        return [f"{row.at}.{part}" for side in SIDES for row in self.rows[side] for part in ("field", "op", "value")]


def typed_rules(form: FormData) -> TypedRules:
    """The rules as they are typed."""
    typed = TypedRules({side: _sent(form, side) for side in SIDES})
    for side in SIDES:
        for row in typed.rows[side]:
            if row.field:
                typed.row_of[side, len(typed.rules[side])] = row.at
                typed.rules[side].append(_rule(row))
    return typed


def _sent(form: FormData, side: str) -> list[Row]:
    numbers = [n for n in range(_MOST) if f"{side}.{n}.field" in form]
    return [
        Row(f"{side}.{n}", *(str(form.get(f"{side}.{n}.{part}", "")).strip() for part in ("field", "op", "value")))
        for n in numbers
    ]


def _rule(row: Row) -> dict[str, Any]:
    op, value = _WHOLE.get(row.op, (row.op or "eq", None))
    return {"field": row.field, "op": op, "value": value if row.op in _WHOLE else _value(row)}


def _value(row: Row) -> Any:
    if row.op == "in":
        return [one for part in row.value.split(",") if (one := part.strip())]
    if KINDS.get(row.field) == "number":
        plain = plain_number(row.value)
        return float(plain) if re.fullmatch(r"-?\d{1,15}(\.\d+)?", plain) else row.value
    return row.value


def rows_of(rules: RuleSet) -> dict[str, list[Row]]:
    """Rules as rows."""
    return {side: [_row(f"{side}.{n}", rule) for n, rule in enumerate(getattr(rules, side))] for side in SIDES}


def _row(at: str, rule: Rule) -> Row:
    whole = next((word for word, said in _WHOLE.items() if said == (rule.op, rule.value)), None)
    return Row(at, rule.field, whole or rule.op, "" if whole else written(rule.value))


def written(value: Any) -> str:
    """A value as a form holds it."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def with_spare(rows: Mapping[str, Iterable[Row]]) -> dict[str, list[Row]]:
    """The rows, and empty ones below them."""
    filled = {side: list(rows[side]) for side in SIDES}
    while_typed = {side: [row for row in filled[side] if row.field or row.value] for side in SIDES}
    return {
        side: [*kept, *(Row(f"{side}.{_next(filled[side]) + n}") for n in range(SPARE))]
        for side, kept in while_typed.items()
    }


def _next(rows: list[Row]) -> int:
    return 1 + max((int(row.at.rpartition(".")[2]) for row in rows), default=-1)


def rule_faults(error: ValidationError | DomainError, typed: TypedRules) -> dict[str, str]:
    """What is wrong with which input."""
    if isinstance(error, ValidationError):
        return dict(filter(None, (_fault(dict(one), typed) for one in error.errors(include_url=False))))
    found = _PLACE.fullmatch(error.field or "")
    at = typed.row_of.get((found[1], int(found[2])), "") if found else ""
    return {f"{at}.value" if at else error.field or "": error.message[:1].upper() + error.message[1:] + "."}


def _fault(one: Mapping[str, Any], typed: TypedRules) -> tuple[str, str] | None:
    side, *rest = one["loc"]
    if side not in SIDES:
        return str(side), "This is needed."
    at = typed.row_of[side, int(rest[0])]
    part = str(rest[1]) if len(rest) > 1 else "value"
    reason = reason_of(one)
    if part == "op":
        reason = "this field cannot be compared like that; choose another comparison"
    return f"{at}.{part}", reason[:1].upper() + reason[1:] + "."
