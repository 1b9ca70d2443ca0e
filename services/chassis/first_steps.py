"""What an organisation that begins still needs before its first lead can travel, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One thing that must be there: how many there are, and the page where one is made, if it is made in this tier."""

    name: str
    have: int
    place: str = ""

    @property
    def is_done(self) -> bool:
        """Whether there is one."""
        return self.have > 0


def still_needed(there: Mapping[str, int], places: Mapping[str, str], here: str) -> list[Step]:
    """All of the steps in `places`, in that order, while any is missing; nothing once all are done.

    `there` says how many there are of each; a place is relative to `here`, or empty.
    """
    steps = [Step(name, there[name], f"{here}/{place}" if place else "") for name, place in places.items()]
    return [] if all(step.is_done for step in steps) else steps


def next_step(steps: Sequence[Step]) -> Step | None:
    """The first that is missing and that can be done here."""
    return next((step for step in steps if not step.is_done and step.place), None)
