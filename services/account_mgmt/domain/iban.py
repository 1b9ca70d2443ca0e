"""Account numbers: ISO 13616."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$")


def tidy(iban: object) -> object:
    """Without the spaces that people write it with, in capitals."""
    return "".join(iban.split()).upper() if isinstance(iban, str) else iban


def check_iban(iban: str) -> str:
    """The account number, if its check digits are right (ISO 13616: modulo 97). Raises ValueError."""
    if not _SHAPE.match(iban):
        raise ValueError("is not an IBAN: two letters, two digits, and the account")
    digits = "".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:
        raise ValueError("is not an IBAN: its check digits are wrong")
    return iban


def is_right(text: str) -> bool:
    """Whether `check_iban` takes it."""
    try:
        check_iban(text)
    except ValueError:
        return False
    return True
