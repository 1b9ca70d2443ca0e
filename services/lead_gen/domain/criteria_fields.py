"""The fields of a lead that criteria and weights may name, and how text is compared.

Text is compared folded: Unicode's simple lower case and one kind of apostrophe, by the same table in Python and in
SQL, so that a rule says the same in both whatever the database's locale.
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

KINDS: dict[str, Kind] = {
    "industry": "text",
    "size": "text",
    "region": "text",
    "city": "text",
    "language": "text",
    "source": "text",
    "company": "text",
    "contact_name": "text",
    "email": "text",
    "website": "text",
    "tax_id": "text",
    "timezone": "text",
    "tier": "text",
    "stage": "text",
    "score": "number",
    "attempts": "number",
    "rounds": "number",
    "created": "number",
    "last_contact": "number",
    "has_email": "bool",
    "do_not_call": "bool",
}
"""Every field a rule may ask, and what it is. `created` and `last_contact` are whole days ago."""

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

APOSTROPHES = "’ʼ‘ʹ′`´＇"
_TO_PLAIN = str.maketrans(APOSTROPHES, "'" * len(APOSTROPHES))
_DOTTED_I = "\u0130"


def fold(text: str) -> str:
    """Text as it is compared: simple lower case letter by letter, and every apostrophe the same.

    Not `casefold`, and not `lower` on the whole text: both know rules (ß to ss, the final sigma, the dotted I) that
    PostgreSQL's `pg_c_utf8` does not.
    """
    return "".join("i" if letter == _DOTTED_I else letter.lower() for letter in text).translate(_TO_PLAIN)
