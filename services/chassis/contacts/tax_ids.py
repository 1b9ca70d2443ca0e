"""Tax ids and VAT ids of companies, checked by the rules of their country (python-stdnum; Ukraine by `identity`).

A number is kept as people write it, without what only spaces it out: with its country's two letters or without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Protocol, cast

from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from services.chassis.contacts import national_ids
from services.chassis.contacts.identity import tax_id_of
from services.chassis.meanings import countries

VAT_AREA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "XI",
    ]
)
"""Countries whose VAT ids begin with two letters by EU law; Northern Ireland's with XI."""
_KINDS = ("vat", "businessid", "tin", "uid", "nip", "regon", "stnr", "idnr", "siren", "siret", "utr", "ein")
_PREFIX = re.compile(r"([A-Z]{2})([0-9A-Z+*]{2,15})")
_NOISE = str.maketrans("", "", " \u00a0\u202f.-/\t")
_UKRAINIAN_VAT_ID = re.compile(r"\d{12}|\d{10}", re.ASCII)
# Greece writes EL before its numbers (VIES), and GR everywhere else.
_LETTERS = {"GR": "EL"}
_OF_LETTERS = {letters: country for country, letters in _LETTERS.items()}


class Rule(Protocol):
    """A module of python-stdnum."""

    def validate(self, number: str) -> str:
        """The number in one form. Raises ValidationError."""


def tidy(cell: str) -> str:
    """`de 136 695 976` -> `DE136695976`."""
    return cell.translate(_NOISE).upper()


def country_of_tax_id(tax_id: str) -> str | None:
    """The country whose letters a VAT id begins with; None for a number without any."""
    found = _PREFIX.fullmatch(tidy(tax_id))
    if found is None or not any(map(str.isdigit, found[2])):
        return None
    country = _OF_LETTERS.get(found[1], found[1])
    return country if country in VAT_AREA or country in countries() else None


@lru_cache(maxsize=20_000)
def tax_id_in(cell: str, country: str) -> str | None:
    """The tax id in one form, if it may be one of this country; None for one that cannot be right."""
    if country == "UA":
        return tax_id_of(cell, "UA")
    text = tidy(cell)
    rules = _rules(country)
    if not rules:
        return tax_id_of(cell, country)
    return text if any(_holds(rule, text) for rule in rules) else None


def read_tax_id(cell: str, likely: Iterable[str | None]) -> str | None:
    """The tax id, by the country whose letters it has, else by the first of the `likely` ones whose rules it keeps."""
    own = country_of_tax_id(cell)
    for country in dict.fromkeys([own, *likely]):
        if country is not None and (found := tax_id_in(cell, country)) is not None:
            return found
    return None


@lru_cache(maxsize=20_000)
def vat_id_in(cell: str, country: str) -> str | None:
    """The VAT id with its country's letters where EU law has them; None for one that cannot be right."""
    text, letters = tidy(cell), _LETTERS.get(country, country)
    if country == "UA":
        return text if _UKRAINIAN_VAT_ID.fullmatch(text) else None
    rule = _rule(country, "vat")
    if rule is None:
        return tax_id_of(cell, country)
    bare = text.removeprefix(letters)
    if not (_holds(rule, text) or _holds(rule, bare)):
        return None
    return f"{letters}{bare}" if country in VAT_AREA else text


def same_tax_id(one: str, other: str) -> bool:
    """Whether two numbers are of one company: with its country's letters or without, or holding one national number."""
    mine, theirs = {one, *national_ids.contained_in(one)}, {other, *national_ids.contained_in(other)}
    return not (mine.isdisjoint(spellings(other)) and theirs.isdisjoint(spellings(one)))


@lru_cache(maxsize=20_000)
def spellings(tax_id: str) -> frozenset[str]:
    """The number as it stands, without its country's letters if it has any, and the national one that it contains."""
    found = _PREFIX.fullmatch(tax_id)
    plain = {tax_id, found[2]} if found and country_of_tax_id(tax_id) else {tax_id}
    return frozenset(plain | set(national_ids.contained_in(tax_id)))


@cache
def _rules(country: str) -> tuple[Rule, ...]:
    found = (_rule(country, kind) for kind in _KINDS)
    return tuple(dict.fromkeys(rule for rule in found if rule is not None))


@cache
def _rule(country: str, kind: str) -> Rule | None:
    return cast("Rule | None", get_cc_module("gb" if country == "XI" else country.lower(), kind))


def _holds(rule: Rule, text: str) -> bool:
    try:
        rule.validate(text)
    except ValidationError:
        return False
    return True
