"""Lengths of time as people type them: `7` days, `2 weeks`, `12 h`, `30 min`. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

_LENGTH = re.compile(r"(\d{1,6})\s*([a-zа-яіїє]*)\.?", re.IGNORECASE)
# The word that is written back, its length, and what else people write for it.
_UNITS: Final[tuple[tuple[str, timedelta, frozenset[str]], ...]] = (
    ("", timedelta(days=1), frozenset({"", "d", "day", "days", "д", "дн", "день", "дні", "днів"})),
    ("h", timedelta(hours=1), frozenset({"h", "hr", "hrs", "hour", "hours", "год", "година", "години", "годин"})),
    ("min", timedelta(minutes=1), frozenset({"m", "min", "mins", "minute", "minutes", "хв", "хвилин"})),
    ("s", timedelta(seconds=1), frozenset({"s", "sec", "second", "seconds", "с", "сек", "секунд"})),
)
_WEEKS = frozenset({"w", "wk", "week", "weeks", "тиж", "тиждень", "тижні", "тижнів"})


def read_length(text: str) -> timedelta:
    """The length that was typed; a number alone is days. Raises ValueError."""
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        raise ValueError("write days, such as 7, or with a unit, such as 12 h")
    number, unit = int(match[1]), match[2].casefold()
    if unit in _WEEKS:
        return timedelta(weeks=number)
    for _, size, names in _UNITS:
        if unit in names:
            return number * size
    raise ValueError(f"'{match[2]}' is no unit: write days, such as 7, or h, min or s behind the number")


def written_length(length: timedelta) -> str:
    """As `read_length` reads it, in the largest unit that says it exactly."""
    for word, size, _ in _UNITS:
        if length % size == timedelta(0) and (length >= size or word == "s"):
            return f"{length // size} {word}".strip()
    return f"{round(length.total_seconds())} s"
