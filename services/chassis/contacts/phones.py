"""Phone numbers to E.164, with an extension as RFC 3966 writes it; the region is always given, never assumed."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from services.chassis.contacts.phone_cells import read_odd_cell
from services.chassis.contacts.phone_shapes import shapes_of
from services.chassis.sentences import said

_PLAIN = re.compile(r"\+?[\d ().-]+", re.ASCII)


class BadPhoneError(ValueError):
    """A text that is not a phone number; the message gives the reason in plain words."""


def known_region(region: str) -> bool:
    """An ISO 3166 region that phone numbers can be read in, such as `UA`."""
    return region in phonenumbers.SUPPORTED_REGIONS


def regions() -> list[str]:
    """Every region that numbers can be read in."""
    return sorted(phonenumbers.SUPPORTED_REGIONS)


def to_e164(raw: str, region: str) -> str:
    """`050 123-45-67` in region UA -> `+380501234567`, `... ext. 5` -> `+380501234567;ext=5`. Raises BadPhoneError."""
    text = raw.strip()
    shapes = shapes_of(region)
    if shapes is not None and (number := shapes.read(text)) is not None:
        return number
    number, problem = _parsed(text, region)
    if problem:
        raise BadPhoneError(problem)
    return number


@lru_cache(maxsize=50_000)
def _parsed(text: str, region: str) -> tuple[str, str]:
    """What the library makes of any text: (the number, "") or ("", why it is not one)."""
    if not any(ch.isdigit() for ch in text):
        return "", said("has no digits")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "", said("is not a phone number")
    if not phonenumbers.is_possible_number(number):
        return "", said("has the wrong length for its country")
    if not phonenumbers.is_valid_number(number):
        return "", said("is not a number that exists in its country")
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return (f"{plain};ext={number.extension}" if number.extension else plain), ""


def read_plain(cell: str, region: str) -> str | None:
    """The number of a cell that holds one as most are written, in E.164; None for all others: `read_cell` knows."""
    shapes = shapes_of(region)
    # A spreadsheet's `.0` is no digit of the number.
    if shapes is None or cell.endswith(".0"):
        return None
    return shapes.read(cell)


def read_cell(cell: str, region: str) -> tuple[list[str], list[str]]:
    """(the numbers of a cell in E.164, why others in it are not numbers), however they stand in it.

    A number behind a switchboard keeps its extension, as in `+380441002001;ext=5` (RFC 3966).
    """
    text = cell.strip()
    if (number := read_plain(text, region)) is not None:
        return [number], []
    if shapes_of(region) is None and _PLAIN.fullmatch(text) and not text.endswith(".0"):
        number, problem = _parsed(text, region)
        if not problem:
            return [number], []
    found, problems = read_odd_cell(cell, region)
    return list(found), list(problems)


def switchboard_of(phone: str) -> str:
    """The number that is dialled: `+380441002001;ext=5` -> `+380441002001`."""
    return phone.partition(";")[0]
