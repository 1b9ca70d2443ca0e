"""Numbers of goods and money as people type them, with what may be wrong with one."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from services.chassis.typed_numbers import typed_number

MOST_PIECES = Decimal(999_999_999)
"""The most that one line of an order may have."""
Fault = Literal["missing", "not_a_number", "too_precise", "not_above_zero", "too_large"]


class TypedNumberError(ValueError):
    """What is wrong with a number, as a word that pages have a sentence for."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


def read_number(text: str, *, places: int, most: Decimal, may_be_none: bool = False) -> Decimal:
    """The number above zero that somebody typed, with at most so many places. Raises TypedNumberError.

    `may_be_none`: 0 is a number, too, and so is a field that was left empty.
    """
    if not text.strip() and may_be_none:
        return Decimal(0)
    if not text.strip():
        raise TypedNumberError("missing")
    if (number := typed_number(text)) is None:
        raise TypedNumberError("not_a_number")
    if number < 0 or (number == 0 and not may_be_none):
        raise TypedNumberError("not_above_zero")
    if number > most:
        raise TypedNumberError("too_large")
    if -int(number.normalize().as_tuple().exponent) > places:
        raise TypedNumberError("too_precise")
    return number
