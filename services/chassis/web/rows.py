"""Rows of a form that keep an order, moved without script: what is typed in two of them changes places."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

_ASKED = re.compile(r"(\w{1,40})\.(\d{1,2})\.(up|down)")


@dataclass(frozen=True)
class Move:
    """What a button asks for: a row of these rows one place up or down, counted from nought."""

    rows: str
    was: int
    now: int

    @classmethod
    def asked(cls, text: str, among: Collection[str]) -> Move | None:
        """From `steps.2.up`; none for anything else, and for rows that the form does not have."""
        found = _ASKED.fullmatch(text)
        if not found or found[1] not in among:
            return None
        was = int(found[2])
        return cls(found[1], was, was - 1 if found[3] == "up" else was + 1)

    def fits(self, count: int) -> bool:
        """Whether there are two rows to change, among so many."""
        return 0 <= self.was < count and 0 <= self.now < count

    def swapped(self, given: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
        """The fields with the two rows changed; `names` are those of one row, as `steps.{}.text`."""
        changed = dict(given)
        for name in names:
            one, other = name.format(self.was), name.format(self.now)
            changed[one], changed[other] = given.get(other, ""), given.get(one, "")
        return changed


def now_at(words: Callable[[str], str], move: Move, count: int) -> str:
    """Where a row is after its move, said to whoever cannot see it."""
    return words("Now number {num} of {all}.").format(num=move.now + 1, all=count)
