"""Which manager gets a lead. Deterministic, and every answer explains itself.

Eligible (language, segment, region, product) -> active and on duty -> under capacity and quota -> sticky -> fair share.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.sentences import said

EXPLAINED = 20
"""Managers named in an explanation; of the others only the numbers per verdict are kept."""


class Verdict(StrEnum):
    """Why a manager got the lead or did not."""

    CHOSEN = "chosen"
    OTHERS_FIRST = "others_first"
    ASKED_BEFORE = "asked_before"
    LANGUAGE = "language"
    SEGMENT = "segment"
    REGION = "region"
    PRODUCT = "product"
    INACTIVE = "inactive"
    ABSENT = "absent"
    OFF_DUTY = "off_duty"
    AT_CAPACITY = "at_capacity"
    DAILY_QUOTA = "daily_quota"


PASSING = frozenset({Verdict.ABSENT, Verdict.OFF_DUTY, Verdict.AT_CAPACITY, Verdict.DAILY_QUOTA})
"""Refusals that end by themselves: a lead refused for nothing else waits for the manager."""


@dataclass(slots=True)
class Candidate:
    """A manager as the rules see them. Empty lists mean any.

    `load` is open work; `assigned` are the offers of the fair-share window, `days` how many of its days they were
    there; `today` are the offers of this day, `quota` how many they take a day (none: any number).
    """

    id: str
    languages: Sequence[str] = ()
    segments: Sequence[str] = ()
    regions: Sequence[str] = ()
    products: Sequence[str] = ()
    weight: int = 1
    capacity: int = 30
    quota: int | None = None
    active: bool = True
    absent: bool = False
    on_duty: bool = True
    load: int = 0
    today: int = 0
    assigned: int = 0
    days: int = 1

    @property
    def due(self) -> int:
        """Their due share of the leads, relative to the others: a day away is not made up for afterwards."""
        return self.weight * (self.days or 1)


@dataclass(frozen=True)
class Wanted:
    """What the lead asks for. What is not known about it excludes nobody."""

    language: str | None = None
    segment: str | None = None
    region: str | None = None
    products: Sequence[str] = ()
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
    days: int = 1


class Routing(BaseModel):
    """The choice with its alternatives; `manager` is none when nobody can take the lead now."""

    model_config = ConfigDict(frozen=True)

    manager: str | None
    why: str
    waits: bool = Field(default=False, description="Somebody fits, but nobody is free: the lead waits for them.")
    considered: list[Considered]
    others: dict[Verdict, int] = Field(default_factory=dict, description="Managers not named, by verdict.")


def route(candidates: Sequence[Candidate], wanted: Wanted) -> Routing:
    """Choose a manager."""
    refusals = {who.id: refusal(who, wanted) for who in candidates}
    free = [who for who in candidates if refusals[who.id] is None]
    chosen = next((who for who in free if who.id == wanted.sticky), None)
    if chosen is not None:
        why = said("knows the lead from before")
    elif free:
        chosen = fair_share(free)
        total, due = sum(who.assigned for who in free), sum(who.due for who in free)
        share = f"{100 * chosen.due / due:.0f}"
        why = said(f"fair share: {chosen.assigned} of {total} recent offers, due {share} %")
    else:
        why = said("no manager can take this lead")
    waits = chosen is None and any(verdict in PASSING for verdict in refusals.values())
    if waits:
        why = said("nobody who fits is free: it waits for the first of them")
    named, others = _explanation(candidates, refusals, chosen)
    return Routing(manager=chosen.id if chosen else None, why=why, waits=waits, considered=named, others=others)


def fair_share(free: Sequence[Candidate]) -> Candidate:
    """Whose turn it is: the quota method of apportionment (Balinski and Young, 1975), a lead at a time.

    Among those whose offers would stay under their share of one more lead, the one with the fewest offers for what
    they are due. In a group that stays the same, nobody is ever a whole lead away from their share, above or below.
    """
    leads, due = sum(who.assigned for who in free) + 1, sum(who.due for who in free)
    below = [who for who in free if who.assigned * due < who.due * leads]
    return functools.reduce(_rather, below)


def in_turn(free: Sequence[Candidate], sticky: str | None) -> list[Candidate]:
    """Those who may get a lead, in turn: who knows it first, then whoever is furthest behind what is due to them."""
    return sorted(free, key=lambda who: (who.id != sticky, (who.assigned + 1) / who.due, who.id))


def _rather(one: Candidate, other: Candidate) -> Candidate:
    # Whole numbers multiplied crosswise: equal shares are equal, and the id decides.
    left, right = (one.assigned + 1) * other.due, (other.assigned + 1) * one.due
    return other if (right, other.id) < (left, one.id) else one


def simulate(candidates: Sequence[Candidate], wanted: Sequence[Wanted]) -> list[str | None]:
    """Who would get these leads, one after the other, with nothing assigned before: a rule's dry run."""
    now = {who.id: replace(who, assigned=0, days=1, today=0) for who in candidates}
    chosen: list[str | None] = []
    for lead in wanted:
        manager = route(list(now.values()), lead).manager
        chosen.append(manager)
        if manager is not None:
            now[manager] = replace(now[manager], assigned=now[manager].assigned + 1)
    return chosen


def refusal(who: Candidate, wanted: Wanted) -> Verdict | None:
    """The first rule that keeps this manager from the lead; none if they can take it."""
    return _unfit(who, wanted) or _not_free(who)


def _unfit(who: Candidate, wanted: Wanted) -> Verdict | None:
    if who.id in wanted.excluded:
        return Verdict.ASKED_BEFORE
    if _misses(who.languages, wanted.language):
        return Verdict.LANGUAGE
    if _misses(who.segments, wanted.segment):
        return Verdict.SEGMENT
    if _misses(who.regions, wanted.region):
        return Verdict.REGION
    return Verdict.PRODUCT if who.products and not set(wanted.products) <= set(who.products) else None


def _not_free(who: Candidate) -> Verdict | None:
    if not who.active:
        return Verdict.INACTIVE
    if who.absent:
        return Verdict.ABSENT
    if not who.on_duty:
        return Verdict.OFF_DUTY
    if who.load >= who.capacity:
        return Verdict.AT_CAPACITY
    return Verdict.DAILY_QUOTA if who.quota is not None and who.today >= who.quota else None


@dataclass(frozen=True)
class Weighed:
    """A manager before one lead: what each rule says of them, in the order in which rules are asked."""

    who: Candidate
    passes: dict[Verdict, bool]
    verdict: Verdict


RULES = (
    Verdict.ASKED_BEFORE, Verdict.LANGUAGE, Verdict.SEGMENT, Verdict.REGION, Verdict.PRODUCT, Verdict.INACTIVE,
    Verdict.ABSENT, Verdict.OFF_DUTY, Verdict.AT_CAPACITY, Verdict.DAILY_QUOTA,
)  # fmt: skip
"""Everything that can keep a manager from a lead, in the order in which it is asked."""


def weigh(candidates: Sequence[Candidate], wanted: Wanted) -> list[Weighed]:
    """The managers that `route` names, in its order, with every rule of each: not only the first that refused."""
    known = {who.id: who for who in candidates}
    named = route(candidates, wanted).considered
    return [Weighed(known[one.manager], _each_rule(known[one.manager], wanted), one.verdict) for one in named]


def _each_rule(who: Candidate, wanted: Wanted) -> dict[Verdict, bool]:
    refused = {
        Verdict.ASKED_BEFORE: who.id in wanted.excluded,
        Verdict.LANGUAGE: _misses(who.languages, wanted.language),
        Verdict.SEGMENT: _misses(who.segments, wanted.segment),
        Verdict.REGION: _misses(who.regions, wanted.region),
        Verdict.PRODUCT: bool(who.products) and not set(wanted.products) <= set(who.products),
        Verdict.INACTIVE: not who.active,
        Verdict.ABSENT: who.absent,
        Verdict.OFF_DUTY: not who.on_duty,
        Verdict.AT_CAPACITY: who.load >= who.capacity,
        Verdict.DAILY_QUOTA: who.quota is not None and who.today >= who.quota,
    }
    return {rule: not refused[rule] for rule in RULES}


def _misses(has: Sequence[str], wanted: str | None) -> bool:
    return bool(wanted) and bool(has) and wanted not in has


def _explanation(
    candidates: Sequence[Candidate], refusals: dict[str, Verdict | None], chosen: Candidate | None
) -> tuple[list[Considered], dict[Verdict, int]]:
    """The chosen one and the nearest alternatives by name, the others by number."""

    def verdict(who: Candidate) -> Verdict:
        return refusals[who.id] or (Verdict.CHOSEN if who is chosen else Verdict.OTHERS_FIRST)

    nearest = sorted(
        candidates,
        key=lambda who: (who is not chosen, refusals[who.id] is not None, (who.assigned + 1) / who.due, who.id),
    )
    named = [_considered(who, verdict(who)) for who in nearest[:EXPLAINED]]
    return named, dict(Counter(verdict(who) for who in nearest[EXPLAINED:]))


def _considered(who: Candidate, verdict: Verdict) -> Considered:
    return Considered(
        manager=who.id, verdict=verdict, load=who.load, capacity=who.capacity, assigned=who.assigned,
        weight=who.weight, days=who.days,
    )  # fmt: skip


def told(who: Candidate, why: str) -> Routing:
    """A choice that names nobody but whoever was chosen."""
    return Routing(manager=who.id, why=why, considered=[_considered(who, Verdict.CHOSEN)])


@dataclass(frozen=True)
class RuleTrial:
    """The same leads routed twice, in their order: to whom `before` the change of a rule, to whom `after` it."""

    managers: Sequence[str]
    deals: Sequence[str]
    before: Sequence[str | None]
    after: Sequence[str | None]
