"""Rules as SQL: a condition over `leads l` that says of a row what the rules say of its lead in Python."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.lead_gen.domain.criteria import Rule, RuleSet
from services.lead_gen.domain.criteria_fields import APOSTROPHES, KINDS, fold

_SECONDS_A_DAY = 86_400
_LEDGER = """l.id IN (
    SELECT p.lead_id FROM do_not_call d
      JOIN (SELECT lead_id, phone FROM lead_phones
            UNION ALL SELECT lead_id, split_part(phone, ';', 1) FROM lead_phones WHERE phone LIKE '%;%') p
        ON p.phone = d.phone
     WHERE d.withdrawn_at IS NULL
       AND (d.scope = 'company'
            OR NOT EXISTS (SELECT FROM lead_phones q
                            WHERE q.lead_id = p.lead_id AND NOT q.bad
                              AND NOT EXISTS (SELECT FROM do_not_call e
                                               WHERE e.phone = q.phone AND e.withdrawn_at IS NULL)
                              AND NOT (q.phone LIKE '%;%' AND EXISTS (
                                    SELECT FROM do_not_call e WHERE e.phone = split_part(q.phone, ';', 1)
                                                                AND e.withdrawn_at IS NULL)))))"""


def _days_since(column: str) -> str:
    return f"floor(extract(epoch FROM now() - {column}) / {_SECONDS_A_DAY})"


# Every expression is over `leads l`. They are constants of the program, never a person's text.
EXPRESSIONS: dict[str, str] = {
    **{name: f"l.{name}" for name, kind in KINDS.items() if kind == "text"},
    "score": "l.score",
    "attempts": "l.attempts::numeric",
    "rounds": "l.rounds::numeric",
    "created": _days_since("l.created_at"),
    "last_contact": _days_since("l.last_contact_at"),
    "has_email": "coalesce(l.email, '') <> ''",
    "do_not_call": f"({_LEDGER})",
}

# Among leads that could be enrolled nobody is forbidden to be called, and asking the ledger of each again takes longer
# than everything else.
OF_CANDIDATES: dict[str, str] = {**EXPRESSIONS, "do_not_call": "false"}

_SIGNS = {"eq": "=", "gte": ">=", "lte": "<="}


def folded_sql(expression: str, *, apostrophes: bool) -> str:
    """What `fold` does, in SQL. `pg_c_utf8` maps letter by letter and is the same in every locale (PostgreSQL 17).

    `apostrophes` costs more than the lower case itself, and matters only where a wanted text has one.
    """
    lower = f"lower({expression} COLLATE pg_c_utf8)"
    if not apostrophes:
        return lower
    plain = "''" * len(APOSTROPHES)
    return f"translate({lower}, '{APOSTROPHES}', '{plain}')"


def rule_to_sql(rule: Rule, number: int, expressions: Mapping[str, str] = EXPRESSIONS) -> tuple[str, Any]:
    """A condition with parameter `number`, and the parameter's value."""
    expression = expressions[rule.field]
    kind = KINDS[rule.field]
    if rule.op == "is_null":
        empty = f"coalesce({expression}, '') = ''" if kind == "text" else f"({expression}) IS NULL"
        return f"({empty}) = ${number}::boolean", rule.value
    if kind == "bool":
        return f"({expression}) = ${number}::boolean", rule.value
    if kind == "number":
        return f"{expression} {_SIGNS[rule.op]} ${number}::numeric", Decimal(str(rule.value))
    return _text_to_sql(rule, number, expression)


def _text_to_sql(rule: Rule, number: int, expression: str) -> tuple[str, Any]:
    wanted = [fold(one) for one in rule.value] if rule.op == "in" else fold(rule.value)
    folded = folded_sql(expression, apostrophes=any("'" in one for one in wanted))
    if rule.op == "in":
        return f"{folded} = ANY(${number}::text[])", wanted
    if rule.op == "contains":
        return f"position(${number}::text in {folded}) > 0", wanted
    return f"{folded} = ${number}::text", wanted


def to_sql(rules: RuleSet, first_parameter: int, expressions: Mapping[str, str] = EXPRESSIONS) -> tuple[str, list[Any]]:
    """All rules as a WHERE condition, with numbered parameters from `first_parameter`.

    With `OF_CANDIDATES` it is right only among leads that could be enrolled.
    """
    parts, values = each_to_sql(rules, first_parameter, expressions)
    return " AND ".join(parts) or "true", values


def each_to_sql(
    rules: RuleSet, first_parameter: int, expressions: Mapping[str, str] = EXPRESSIONS
) -> tuple[list[str], list[Any]]:
    """One condition per rule, in the order of `named`: true where the rule leaves the lead in."""
    made = [rule_to_sql(rule, first_parameter + n, expressions) for n, (_, rule) in enumerate(rules.named())]
    wanted = len(rules.include)
    parts = [
        f"({condition})" if n < wanted else f"NOT coalesce({condition}, false)" for n, (condition, _) in enumerate(made)
    ]
    return parts, [value for _, value in made]


def facts_sql(*names: str) -> str:
    """These fields as columns of a query over `leads l`."""
    return ", ".join(f"{EXPRESSIONS[name]} AS {name}" for name in names)
