"""The fields of a lead that criteria and weights may name: their kinds, and how each reads as SQL.

Text is compared folded: Unicode's simple lower case and one kind of apostrophe, by the same table on both sides, so
that a rule says the same in Python and in PostgreSQL whatever the database's locale.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal["text", "number", "bool"]
Op = Literal["eq", "in", "gte", "lte", "contains", "is_null"]

OPS: dict[Kind, tuple[Op, ...]] = {
    "text": ("eq", "in", "contains", "is_null"),
    "number": ("eq", "gte", "lte", "is_null"),
    "bool": ("eq",),
}

TIERS = ("lead_gen", "conversion", "account_mgmt")

# Answered by somebody: what "the last contact" means.
ANSWERED = ("callback", "not_interested", "do_not_call", "interested", "hard_question")

_SECONDS_A_DAY = 86_400
_LEDGER = """l.id IN (
    SELECT p.lead_id FROM do_not_call d JOIN lead_phones p ON p.phone = d.phone
     WHERE d.withdrawn_at IS NULL
       AND (d.scope = 'company'
            OR NOT EXISTS (SELECT FROM lead_phones q
                            WHERE q.lead_id = p.lead_id AND NOT q.bad
                              AND NOT EXISTS (SELECT FROM do_not_call e
                                               WHERE e.phone = q.phone AND e.withdrawn_at IS NULL))))"""


def _days_since(column: str) -> str:
    return f"floor(extract(epoch FROM now() - {column}) / {_SECONDS_A_DAY})"


# Every expression is over `leads l`. They are constants of the program, never a person's text.
SQL: dict[str, str] = {
    "industry": "l.industry",
    "size": "l.size",
    "region": "l.region",
    "city": "l.city",
    "language": "l.language",
    "source": "l.source",
    "company": "l.company",
    "contact_name": "l.contact_name",
    "email": "l.email",
    "website": "l.website",
    "tax_id": "l.tax_id",
    "timezone": "l.timezone",
    "tier": "l.tier",
    "stage": "l.stage",
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
SQL_OF_CANDIDATES: dict[str, str] = {**SQL, "do_not_call": "false"}

KINDS: dict[str, Kind] = {
    **dict.fromkeys(SQL, "text"),
    **dict.fromkeys(("score", "attempts", "rounds", "created", "last_contact"), "number"),
    **dict.fromkeys(("has_email", "do_not_call"), "bool"),
}

# What is known of a company before anybody calls it, and stays while nobody edits it: what a score may be made of.
LASTING = (
    "industry",
    "size",
    "region",
    "city",
    "language",
    "source",
    "company",
    "contact_name",
    "email",
    "website",
    "tax_id",
    "timezone",
    "has_email",
)

_APOSTROPHES = "’ʼ‘ʹ′`´＇"
_TO_PLAIN = str.maketrans(_APOSTROPHES, "'" * len(_APOSTROPHES))
_DOTTED_I = "\u0130"


def fold(text: str) -> str:
    """Text as it is compared: simple lower case letter by letter, and every apostrophe the same.

    Not `casefold`, and not `lower` on the whole text: both know rules (ß to ss, the final sigma, the dotted I) that
    PostgreSQL's `pg_c_utf8` does not.
    """
    return "".join("i" if letter == _DOTTED_I else letter.lower() for letter in text).translate(_TO_PLAIN)


def folded_sql(expression: str, *, apostrophes: bool) -> str:
    """The same as `fold`, in SQL. `pg_c_utf8` maps letter by letter and is the same in every locale (PostgreSQL 17).

    `apostrophes` costs more than the lower case itself, and matters only where a wanted text has one.
    """
    lower = f"lower({expression} COLLATE pg_c_utf8)"
    if not apostrophes:
        return lower
    plain = "''" * len(_APOSTROPHES)
    return f"translate({lower}, '{_APOSTROPHES}', '{plain}')"
