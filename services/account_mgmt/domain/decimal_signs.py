"""Which sign stands before the decimals in a column: `1,234` is a thousand in one file, one and a bit in another.

The whole column is asked. A cell shows it if it can be read in one way only: `12,50`, `1.234,50`, `1,234,567`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

Sign = Literal["", ".", ",", "typed"]
"""What is known of a column: nothing, its sign, or that its numbers were typed into cells, which write a dot."""
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
_EITHER_WAY = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+")
_SPACES = re.compile(r"[\s\u00a0\u202f']")


class AmbiguousNumberError(ValueError):
    """A number that can be read in two ways, and nothing in its file says which."""


def agreed(shown: Iterable[Sign]) -> Sign:
    """The sign of a column: the one that its cells show, if they all show the same."""
    found = set(shown) - {""}
    return found.pop() if len(found) == 1 else ""


def plain(cell: str, sign: Sign) -> str:
    """The number with a dot before its decimals and nothing between its thousands, by the sign of its column.

    Raises AmbiguousNumberError for one that a column without a sign does not decide.
    """
    text = _SPACES.sub("", cell)
    if _EITHER_WAY.fullmatch(text):
        if not sign or (sign == "typed" and "," in text):
            raise AmbiguousNumberError(text)
        is_small = sign == "typed" or sign in text
        return text.replace(",", ".") if is_small else re.sub(r"[.,]", "", text)
    if _GROUPED.fullmatch(text):
        return re.sub(r"[.,]", "", text)
    if "," in text and "." in text:
        # The last of the two separates the decimals.
        text = text.replace("," if text.rindex(".") > text.rindex(",") else ".", "")
    return text.replace(",", ".")


def is_either_way(cell: str) -> bool:
    """Whether only its column says what a number is."""
    return bool(_EITHER_WAY.fullmatch(_SPACES.sub("", cell)))


def both_ways(text: str) -> tuple[str, Decimal]:
    """(as a thousand, as decimals) of a number that can be read either way."""
    return re.sub(r"[.,]", "", text), Decimal(text.replace(",", "."))


def shown_by(cell: str) -> Sign:
    """The sign before the decimals that a cell shows; empty for one that can be read either way, or has none."""
    text = _SPACES.sub("", cell)
    if not _NUMBER.fullmatch(text) or _EITHER_WAY.fullmatch(text):
        return ""
    if grouped := _GROUPED.fullmatch(text):
        return "," if grouped[1] == "." else "."
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return ""
    return "." if text[last] == "." else ","
