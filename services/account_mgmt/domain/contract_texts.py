"""What the lines of a contract say of each date: `{period}` and the like, filled in when an invoice is issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from string import Formatter
from typing import Final

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_skeleton

from services.account_mgmt.domain.contract_dates import Rhythm
from services.chassis.errors import Invalid
from workflows.contracts.base import OrderLine

PLACES: Final = ("period", "last_period", "month", "last_month", "year", "number")
"""What may stand in braces: the period that begins on the date, the one that ended the day before, their months,
the year, and the number of the invoice in its series."""
_LONGEST: Final = 300


def words_of(rhythm: Rhythm, number: int, language: str) -> dict[str, str]:
    """What the places are filled with for this date."""
    day, ends = rhythm.period_of(number)
    last, last_ends = rhythm.date_of(number - 1), rhythm.period_of(number - 1)[1]
    return {
        "period": _days(day, ends),
        "last_period": _days(last, last_ends),
        "month": _month(day, language),
        "last_month": _month(last, language),
        "year": str(day.year),
        "number": str(number),
    }


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with its places filled; `{{` and `}}` are braces. Raises ValueError with what is wrong with it."""
    parts = []
    for before, place, form, turned in _parts(text):
        parts.append(before)
        if place is None:
            continue
        if place not in words or form or turned:
            raise ValueError(f"{{{place}}} is not known: write one of {', '.join(f'{{{one}}}' for one in PLACES)}")
        parts.append(words[place])
    return "".join(parts)


def check_texts(lines: Sequence[OrderLine], rhythm: Rhythm, language: str) -> None:
    """Every text can be filled, and fits on an invoice then. Raises Invalid with the field."""
    words = words_of(rhythm, rhythm.anchor_number + 1, language)
    for n, line in enumerate(lines):
        try:
            filled = fill(line.description, words)
        except ValueError as error:
            raise Invalid(str(error), field=f"lines[{n}].description") from None
        # Another month has a longer name.
        room = _LONGEST - (len(words["month"]) if filled != line.description else 0)
        if not filled.strip() or len(filled) > room:
            raise Invalid(
                f"With its dates filled in, a line has 1 to {_LONGEST} characters", field=f"lines[{n}].description"
            )


def _parts(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(Formatter().parse(text))
    except ValueError:
        raise ValueError("a brace stands alone: write {{ or }} for a brace that is meant") from None


def _days(first: date, last: date) -> str:
    return f"{first:%d.%m.%Y}" if first == last else f"{first:%d.%m.%Y}\u2013{last:%d.%m.%Y}"


def _month(day: date, language: str) -> str:
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_skeleton("yMMMM", day, locale=locale)
