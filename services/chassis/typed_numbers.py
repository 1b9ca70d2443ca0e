"""Numbers as people type them: `1 234,50`, `1,234.50` and `1234.5` are the same.

Three digits behind a single comma are thousands, as in `105,962`, unless the number would begin with a nought: `0,125`
is an eighth.
"""

from __future__ import annotations

import re
from decimal import Decimal

_BETWEEN = re.compile(r"[\s'’]+")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_GROUPED_BY_DOTS = re.compile(r"[+-]?[1-9]\d{0,2}((\.\d{3})+,\d+|(\.\d{3}){2,})")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?")


def plain_number(text: str) -> str:
    """With a dot before the decimals, nothing between thousands: `1 200,5` as `1200.5`; what is no number as it is."""
    tidy = _BETWEEN.sub("", text)
    if _GROUPED.fullmatch(tidy):
        return tidy.replace(",", "")
    if _GROUPED_BY_DOTS.fullmatch(tidy):
        return tidy.replace(".", "").replace(",", ".")
    return tidy.replace(",", ".") if tidy.count(",") == 1 and "." not in tidy else tidy


def typed_number(text: str) -> Decimal | None:
    """The number that was typed; none for what is no number, or one of more digits than anybody means."""
    plain = plain_number(text)
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None
