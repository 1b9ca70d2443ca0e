"""Phone numbers to E.164, with the region always said, never assumed."""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers

_SEPARATORS = re.compile(r"[;,/|\n]+|\s{2,}")


class BadPhoneError(ValueError):
    """A text that is no phone number; the message says why in words for people."""


def known_region(region: str) -> bool:
    """An ISO 3166 region that phone numbers can be read in, such as `UA`."""
    return region in phonenumbers.SUPPORTED_REGIONS


@lru_cache(maxsize=50_000)
def to_e164(raw: str, region: str) -> str:
    """`050 123-45-67` in region UA -> `+380501234567`. Raises BadPhoneError with the reason."""
    text = raw.strip()
    if not any(ch.isdigit() for ch in text):
        raise BadPhoneError("has no digits")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise BadPhoneError("is not a phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise BadPhoneError("has the wrong length for its country")
    if not phonenumbers.is_valid_number(number):
        raise BadPhoneError("is not a number that exists in its country")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def split_phones(cell: str) -> list[str]:
    """A cell may hold several numbers: separated by `;`, `,`, `/`, `|`, a line break or wide space."""
    return [part.strip() for part in _SEPARATORS.split(cell) if part.strip()]


def mask(phone: str) -> str:
    """`+380501234567` -> `+380•••••4567`, for people who need not dial it."""
    return f"{phone[:4]}{'•' * max(0, len(phone) - 8)}{phone[-4:]}"
