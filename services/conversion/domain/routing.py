"""Which manager gets a lead. Deterministic, and every answer explains itself.

Eligible (language, segment, region) -> active -> under capacity -> sticky -> fair share by weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from pydantic import BaseModel, ConfigDict


class Verdict(StrEnum):
    """Why a manager got the lead or did not."""

    CHOSEN = "chosen"
    OTHERS_FIRST = "others_first"
    ASKED_BEFORE = "asked_before"
    LANGUAGE = "language"
    SEGMENT = "segment"
    REGION = "region"
    INACTIVE = "inactive"
    AT_CAPACITY = "at_capacity"


@dataclass(frozen=True)
class Candidate:
    """A manager as the rules see him. Empty lists mean any. `load` is open work, `assigned` recent offers."""

    id: str
    languages: Sequence[str] = ()
    segments: Sequence[str] = ()
    regions: Sequence[str] = ()
    weight: int = 1
    capacity: int = 30
    active: bool = True
    load: int = 0
    assigned: int = 0

    @property
    def share(self) -> Fraction:
        """Recent offers per unit of weight; exact, so that equal shares are equal."""
        return Fraction(self.assigned, self.weight)


@dataclass(frozen=True)
class Wanted:
    """What the lead asks for. What is not known about it excludes nobody."""

    language: str | None = None
    segment: str | None = None
    region: str | None = None
    sticky: str | None = None
    excluded: frozenset[str] = field(default_factory=frozenset)


class Considered(BaseModel):
    """One manager in the explanation."""

    model_config = ConfigDict(frozen=True)

    manager: str
    verdict: Verdict
    load: int
    capacity: int
    assigned: int
    weight: int


class Routing(BaseModel):
    """The choice with its alternatives; `manager` is none when nobody could take the lead."""

    model_config = ConfigDict(frozen=True)

    manager: str | None
    why: str
    considered: list[Considered]


def route(candidates: Sequence[Candidate], wanted: Wanted) -> Routing:
    """Choose a manager."""
    ordered = sorted(candidates, key=lambda who: (who.share, who.id))
    refusals = {who.id: _refusal(who, wanted) for who in ordered}
    free = [who for who in ordered if refusals[who.id] is None]
    chosen = next((who for who in free if who.id == wanted.sticky), free[0] if free else None)
    if chosen is None:
        why = "no manager can take this lead"
    elif chosen.id == wanted.sticky:
        why = "knows the lead from before"
    else:
        why = f"lowest share: {chosen.assigned} recent offers at weight {chosen.weight}"
    considered = [_explain(who, refusals[who.id], chosen) for who in ordered]
    return Routing(manager=chosen.id if chosen else None, why=why, considered=considered)


def _refusal(who: Candidate, wanted: Wanted) -> Verdict | None:
    tests = [
        (who.id in wanted.excluded, Verdict.ASKED_BEFORE),
        (_misses(who.languages, wanted.language), Verdict.LANGUAGE),
        (_misses(who.segments, wanted.segment), Verdict.SEGMENT),
        (_misses(who.regions, wanted.region), Verdict.REGION),
        (not who.active, Verdict.INACTIVE),
        (who.load >= who.capacity, Verdict.AT_CAPACITY),
    ]
    return next((verdict for failed, verdict in tests if failed), None)


def _misses(has: Sequence[str], wanted: str | None) -> bool:
    return bool(wanted) and bool(has) and wanted not in has


def _explain(who: Candidate, refusal: Verdict | None, chosen: Candidate | None) -> Considered:
    return Considered(
        manager=who.id,
        verdict=refusal or (Verdict.CHOSEN if who is chosen else Verdict.OTHERS_FIRST),
        load=who.load,
        capacity=who.capacity,
        assigned=who.assigned,
        weight=who.weight,
    )
