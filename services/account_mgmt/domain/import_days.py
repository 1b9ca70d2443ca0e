"""The days of a file's orders: `03/04/2026` is in March in one file, in April in another.

The whole column is asked. A cell shows it if it can be read in one way only: `25/03/2026`, `03/25/2026`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

DayOrder = Literal["", "dmy", "mdy"]
"""What is known of a column: nothing, or whether the day or the month stands first."""
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_MONTHS = 12


def order_shown_by(cell: str) -> DayOrder:
    """What a cell shows; empty for one that can be read either way, or in every order alike."""
    found = _NUMBERS.fullmatch(_without_time(cell))
    if found is None or found[2] == ".":
        return ""
    first, second = int(found[1]), int(found[3])
    if (first > _MONTHS) == (second > _MONTHS):
        return ""
    return "dmy" if first > _MONTHS else "mdy"


def day_of(cell: str, order: DayOrder = "") -> date:
    """`2025-03-31`, `31.03.2025` or `31/03/2025`; a time behind it is left out. `order` is what its column shows.

    Nobody who separates by dots puts the month first. Raises ValueError with what to write instead.
    """
    text = _without_time(cell)
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return _checked(cell, text)
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] == ".":
        return _checked(cell, f"{year:04}-{second:02}-{first:02}")
    order = order or order_shown_by(cell)
    if not order and first != second and max(first, second) <= _MONTHS:
        one, other = f"{year:04}-{second:02}-{first:02}", f"{year:04}-{first:02}-{second:02}"
        raise ValueError(
            f"the date '{cell[:20]}' may be {one} or {other}, and the other dates of the file do not show which: "
            "write it in one of these ways"
        )
    day, month = (second, first) if order == "mdy" else (first, second)
    return _checked(cell, f"{year:04}-{month:02}-{day:02}")


def _without_time(cell: str) -> str:
    return cell.strip().split("T")[0].split(" ")[0].rstrip(",")


def _checked(cell: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{cell[:20]}' is not a date such as 2025-03-31 or 31.03.2025") from None
