"""Numbers as people type them: `1 234,50`, `1,234.50` and `1234.5` are the same."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

MOST_PIECES = Decimal(999_999_999)
"""The most that one line of an order may have."""
Fault = Literal["missing", "not_a_number", "too_precise", "not_above_zero", "too_large"]
_SPACES = re.compile(r"[\s'’]+")
_PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPED_BY_DOTS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}")


class TypedNumberError(ValueError):
    """What is wrong with a number, as a word that pages have a sentence for."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


def read_number(text: str, *, places: int, most: Decimal, may_be_none: bool = False) -> Decimal:
    """The number above zero that somebody typed, with at most so many places. Raises TypedNumberError.

    `may_be_none`: 0 is a number, too, and so is a field that was left empty.
    """
    tidy = _SPACES.sub("", text)
    if not tidy and may_be_none:
        return Decimal(0)
    if not tidy:
        raise TypedNumberError("missing")
    if not _PLAIN.fullmatch(plain := _plain(tidy)):
        raise TypedNumberError("not_a_number")
    number = Decimal(plain)
    if number < 0 or (number == 0 and not may_be_none):
        raise TypedNumberError("not_above_zero")
    if number > most:
        raise TypedNumberError("too_large")
    if -int(number.normalize().as_tuple().exponent) > places:
        raise TypedNumberError("too_precise")
    return number


def _plain(tidy: str) -> str:
    """With a dot for the decimals and nothing between thousands."""
    if _GROUPED.fullmatch(tidy):
        return tidy.replace(",", "")
    if _GROUPED_BY_DOTS.fullmatch(tidy):
        return tidy.replace(".", "").replace(",", ".")
    return tidy.replace(",", ".") if tidy.count(",") == 1 and "." not in tidy else tidy
