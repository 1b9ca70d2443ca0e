"""The days of a CSV's column: one order for the whole column, asked for where two are possible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from services.chassis.imports.cells import FileRefusedError

DateOrder = Literal["auto", "dmy", "mdy", "ymd"]
Order = Literal["dmy", "mdy", "ymd"]
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")
_NUMBERS = re.compile(r"(\d{1,4})\s*([./\-\s])\s*(\d{1,2})\s*[./\-\s]\s*(\d{1,4})(?!\d)", re.ASCII)
_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?[\s.\-/]*([^\W\d]{3,12})\.?,?[\s.\-/]*(\d{4}|\d{2})(?!\d)")
_NAMED_FIRST = re.compile(r"([^\W\d]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_WEEKDAY = re.compile(r"[^\W\d]{2,12}\.?,\s+(?=\d)")
# The first letters of the months in English, Ukrainian, German, Polish, Dutch, Spanish, Italian, French and Czech, as
# far as they are those of one month.
_MONTHS: Mapping[str, int] = {
    word: month
    for month, words in enumerate((
        "jan січ sty ene gen led", "feb лют lut fév úno", "mar бер mär mrz maa mrt bře", "apr кві kwi abr avr dub",
        "may тра mai maj mei mag kvě", "jun чер cze giu", "jul лип lip lug", "aug сер sie ago aoû srp",
        "sep вер wrz set zář", "oct жов okt paź paz ott říj", "nov лис lis", "dec гру dez gru dic déc pro",
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
    # Days that are read as years lie years apart.
    spans = {order: max(found[order]) - min(found[order]) for order in orders if found[order]}
    orders = [order for order in orders if not _is_too_long(spans.get(order), spans.values())] or orders
    # A statement goes from day to day, in one direction.
    orders = [order for order in orders if _is_sorted(found[order])] or orders
    _check_one(orders, found, cells)
    return _of_order(orders[0])


def _check_one(orders: Sequence[Order], found: Mapping[Order, Sequence[date]], cells: Sequence[str]) -> None:
    """Raises FileRefusedError `dates` where the orders that are left give other days."""
    other = next((order for order in orders if found[order] != found[orders[0]]), None)
    if other is None:
        return
    pairs = [(cell, _read(cell, orders[0]), _read(cell, other)) for cell in cells]
    for _, a, b in pairs:
        if a and b and a != b:
            raise FileRefusedError(
                f"A day of this file may be {a.isoformat()} or {b.isoformat()}. Say which comes first in its dates, "
                "the day (dmy) or the month (mdy)",
                "dates",
            )
    # None can be both, and still the file has days of either: whoever made it mixed them.
    one = next(cell[:40] for cell, a, b in pairs if a and not b)
    two = next(cell[:40] for cell, a, b in pairs if b and not a)
    raise FileRefusedError(
        f"'{one}' and '{two}' cannot both be days of one file. Say which comes first in its dates, the day (dmy) "
        "or the month (mdy)",
        "dates",
    )


def is_read(read: Callable[[str], date], cell: str) -> bool:
    """Whether this is a day to such a reader."""
    try:
        read(cell)
    except ValueError:
        return False
    return True


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


def _is_too_long(span: timedelta | None, spans: Iterable[timedelta]) -> bool:
    return span is not None and span > timedelta(days=300) and span > 10 * min(spans)


def _is_sorted(days: Sequence[date]) -> bool:
    pairs = list(pairwise(days))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)


def _read(text: str, order: Order) -> date | None:
    """The day in this order, whatever stands behind it (a time, a zone); none if it is no day."""
    plain = _WEEKDAY.sub("", text.strip(), count=1)
    try:
        if together := _TOGETHER.match(plain):
            return date(_year(together[1]), int(together[2]), int(together[3]))
        if numbers := _NUMBERS.match(plain):
            return _by_numbers(numbers[1], numbers[3], numbers[4], order)
        if named := _NAMED.match(plain):
            return date(_year(named[3]), _MONTHS[named[2][:3].lower()], int(named[1]))
        if named := _NAMED_FIRST.match(plain):
            return date(_year(named[3]), _MONTHS[named[1][:3].lower()], int(named[2]))
    except (ValueError, KeyError):
        return None
    return None


def _by_numbers(first: str, second: str, third: str, order: Order) -> date | None:
    if len(first) == 4:
        return date(_year(first), int(second), int(third)) if len(third) <= 2 else None
    if order == "ymd":
        return date(_year(first), int(second), int(third)) if len(first) == len(third) == 2 else None
    if len(third) not in (2, 4) or len(first) > 2:
        return None
    day, month = (first, second) if order == "dmy" else (second, first)
    return date(_year(third), int(month), int(day))


def _year(text: str) -> int:
    """Raises ValueError for a year of no statement."""
    year = int(text) + (2000 if len(text) == 2 else 0)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(text)
    return year
