"""Business time as people type it: `2` working days of eight hours, `4 h`, `30 min`. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

WORKING_DAY: Final = timedelta(hours=8)
_LENGTH = re.compile(r"(\d{1,4})\s*([a-zа-яіїє]*)\.?", re.IGNORECASE)
_UNITS: Final[tuple[tuple[str, timedelta, frozenset[str]], ...]] = (
    ("", WORKING_DAY, frozenset({"", "d", "day", "days", "д", "дн", "день", "дні", "днів"})),
    ("h", timedelta(hours=1), frozenset({"h", "hr", "hrs", "hour", "hours", "год", "година", "години", "годин"})),
    ("min", timedelta(minutes=1), frozenset({"m", "min", "mins", "minute", "minutes", "хв", "хвилин"})),
    ("s", timedelta(seconds=1), frozenset({"s", "sec", "second", "seconds", "с", "сек", "секунд"})),
)


def read_length(text: str) -> timedelta:
    """The length that was typed; a number alone is working days, and nothing is at once. Raises ValueError."""
    if not text.strip():
        return timedelta(0)
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        raise ValueError("write working days, such as 2, or with a unit, such as 4 h")
    for _, size, names in _UNITS:
        if match[2].casefold() in names:
            return int(match[1]) * size
    raise ValueError(f"'{match[2]}' is no unit: write working days, such as 2, or h or min behind the number")


def written_length(length: timedelta) -> str:
    """As `read_length` reads it, in the largest unit that says it exactly."""
    for word, size, _ in _UNITS:
        if length % size == timedelta(0):
            return f"{length // size} {word}".strip()
    return f"{round(length.total_seconds())} s"
