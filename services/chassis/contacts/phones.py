"""Phone numbers to E.164; the region is always given, never assumed."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

from services.chassis.contacts.phone_shapes import shapes_of

_SEPARATORS = re.compile(r"[;,/|\n]+|\s{2,}")


class BadPhoneError(ValueError):
    """A text that is not a phone number; the message gives the reason in plain words."""


def known_region(region: str) -> bool:
    """An ISO 3166 region that phone numbers can be read in, such as `UA`."""
    return region in phonenumbers.SUPPORTED_REGIONS


def to_e164(raw: str, region: str) -> str:
    """`050 123-45-67` in region UA -> `+380501234567`. Raises BadPhoneError with the reason."""
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
        return "", "has no digits"
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "", "is not a phone number"
    if not phonenumbers.is_possible_number(number):
        return "", "has the wrong length for its country"
    if not phonenumbers.is_valid_number(number):
        return "", "is not a number that exists in its country"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ""


def read_cell(cell: str, region: str) -> tuple[list[str], list[str]]:
    """(the numbers of a cell in E.164, why others in it are not numbers). Separators are those of `split_phones`."""
    shapes = shapes_of(region)
    if shapes is not None and (number := shapes.read(cell.strip())) is not None:
        return [number], []
    found = [_parsed(part, region) for part in split_phones(cell)]
    return [number for number, problem in found if not problem], [problem for _, problem in found if problem]


def split_phones(cell: str) -> list[str]:
    """A cell may hold several numbers: separated by `;`, `,`, `/`, `|`, a line break or wide space."""
    return [part.strip() for part in _SEPARATORS.split(cell) if part.strip()]
