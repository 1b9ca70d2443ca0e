"""The days of a CSV's column: one order for the whole column, asked for where two are possible."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from services.chassis.imports.cells import FileRefusedError

DateOrder = Literal["auto", "dmy", "mdy", "ymd"]
Order = Literal["dmy", "mdy", "ymd"]
_ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")
_NUMBERS = re.compile(r"(\d{1,4})\s*([./\-\s])\s*(\d{1,2})\s*[./\-\s]\s*(\d{1,4})(?!\d)", re.ASCII)
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[\s.\-/]*([^\W\d]{3,12})\.?,?[\s.\-/]*(\d{4}|\d{2})(?!\d)")
_NAMED_FIRST = re.compile(r"([^\W\d]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
# The first letters of the months in English, Ukrainian, German, Polish and Dutch.
_MONTHS: Mapping[str, int] = {
    word: month
    for month, words in enumerate((
        "jan січ sty", "feb лют lut", "mar бер mär mrz maa mrt", "apr кві kwi", "may тра mai maj mei", "jun чер cze",
        "jul лип lip", "aug сер sie", "sep вер wrz", "oct жов okt paź paz", "nov лис lis", "dec гру dez gru",
    ), start=1)
    for word in words.split()
}  # fmt: skip


def reader(cells: Sequence[str], wanted: DateOrder, *, day_first: bool) -> Callable[[str], date]:
    """How to read this column's days. With `day_first`, the file's language never puts the month first.

    Raises FileRefusedError `dates` where day and month may be either way round.
    """
    if wanted != "auto":
        return _of_order(wanted)
    found = {order: [day for cell in cells if (day := _read(cell, order))] for order in _ORDERS}
    most = max(len(days) for days in found.values())
    orders = [order for order, days in found.items() if len(days) == most]
    # Nobody who separates by dots, and no language but English, puts the month or a year of two digits first.
    if "dmy" in orders and (day_first or all(_is_dotted(cell) for cell in cells if cell)):
        orders = ["dmy"]
    # A statement goes from day to day, in one direction.
    orders = [order for order in orders if _is_sorted(found[order])] or orders
    first = orders[0]
    others = [order for order in orders if found[order] != found[first]]
    if others:
        at = next(at for at, (a, b) in enumerate(zip(found[first], found[others[0]], strict=True)) if a != b)
        a, b = found[first][at], found[others[0]][at]
        raise FileRefusedError(
            f"A day of this file may be {a.isoformat()} or {b.isoformat()}. Say which comes first in its dates, the "
            "day (dmy) or the month (mdy)",
            "dates",
        )
    return _of_order(first)


def _of_order(order: Order) -> Callable[[str], date]:
    def read(text: str) -> date:
        found = _read(text, order)
        if found is None:
            raise ValueError(f"'{text[:40]}' is not a date like 2030-05-06 or 06.05.2030")
        return found

    return read


def _is_dotted(text: str) -> bool:
    found = _NUMBERS.match(text.strip())
    return found is None or found[2] == "."


def _is_sorted(days: Sequence[date]) -> bool:
    pairs = list(pairwise(days))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def _read(text: str, order: Order) -> date | None:
    """The day in this order, whatever stands behind it (a time, a zone); none if it is no day."""
    plain = text.strip()
    try:
        if together := _TOGETHER.match(plain):
            return date(int(together[1]), int(together[2]), int(together[3]))
        if numbers := _NUMBERS.match(plain):
            return _by_numbers(numbers[1], numbers[3], numbers[4], order)
        if named := _NAMED.match(plain):
            return date(_year(named[3]), _MONTHS[named[2][:3].lower()], int(named[1]))
        if named := _NAMED_FIRST.match(plain):
            return date(int(named[3]), _MONTHS[named[1][:3].lower()], int(named[2]))
    except (ValueError, KeyError):
        return None
    return None


def _by_numbers(first: str, second: str, third: str, order: Order) -> date | None:
    if len(first) == 4:
        return date(int(first), int(second), int(third)) if len(third) <= 2 else None
    if order == "ymd":
        return date(_year(first), int(second), int(third)) if len(first) == len(third) == 2 else None
    if len(third) not in (2, 4) or len(first) > 2:
        return None
    day, month = (first, second) if order == "dmy" else (second, first)
    return date(_year(third), int(month), int(day))


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)
