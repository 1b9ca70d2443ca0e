"""Lengths of time as people write them: a number and a unit."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from services.chassis.typed_numbers import plain_number

UNITS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
"""Units by their seconds. Months and years are no lengths: they differ."""
_USUAL = "minute"


def apart(length: timedelta | None) -> tuple[str, str]:
    """(number, unit) of a length, in the largest unit that divides it."""
    if length is None:
        return "", _USUAL
    seconds = Decimal(length // timedelta(microseconds=1)) / 1_000_000
    for unit in ("day", "hour", "minute"):
        if seconds and seconds % UNITS[unit] == 0:
            return f"{(seconds / UNITS[unit]).normalize():f}", unit
    return f"{seconds.normalize():f}", "second" if seconds else _USUAL


def together(number: str, unit: str) -> timedelta | str:
    """The length; the text as it is if it is none, for the check to refuse."""
    text = plain_number(number)
    try:
        return timedelta(microseconds=int(Decimal(text) * UNITS[unit] * 1_000_000))
    except (InvalidOperation, KeyError, OverflowError, ValueError):
        return text or number
