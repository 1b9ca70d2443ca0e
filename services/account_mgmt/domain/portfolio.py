"""Who keeps a customer: by segment and size, under capacity, the fairest load; and who covers for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KEPT = ("active", "at_risk", "opted_out")
"""States of customers who count as somebody's portfolio."""


@dataclass(frozen=True)
class Keeper:
    """An account manager as the choice sees him. Empty `segments` or `sizes` mean any."""

    id: str
    active: bool
    away: bool
    cover: str | None
    capacity: int
    customers: int
    segments: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """The customer to be kept; `former` is who kept it before, if anybody."""

    segment: str
    size: str | None
    former: str | None = None


@dataclass(frozen=True)
class Choice:
    """Who it is, and why, in words for the supervisor. Without a keeper the customer waits."""

    keeper: str | None
    why: str


def choose(keepers: Sequence[Keeper], wanted: Wanted) -> Choice:
    """The former keeper if he still works; else who fits best: there today, for such customers, least of his capacity.

    Nobody gets more customers than his capacity, and nobody a segment or size that is not his.
    """
    if any(one.id == wanted.former and one.active for one in keepers):
        return Choice(wanted.former, "comes home to its account manager")
    working = [one for one in keepers if one.active]
    fitting = [one for one in working if _fits(one, wanted)]
    free = [one for one in fitting if one.customers < one.capacity]
    if not free:
        why = "nobody works here" if not working else "nobody keeps such customers" if not fitting else "all are full"
        return Choice(None, why)
    best = min(free, key=lambda one: (one.away, -_named(one, wanted), one.customers / one.capacity, one.id))
    return Choice(best.id, f"{best.customers} of {best.capacity} customers" + _what_for(best, wanted))


def cover_for(keepers: Sequence[Keeper], owner: str, wanted: Wanted) -> str:
    """Who does an absent owner's work: the cover that was named if he is there, else who fits best of those there.

    The owner himself when nobody is there: work without a person would be seen by nobody.
    """
    by_id = {one.id: one for one in keepers}
    away = by_id.get(owner)
    if away is None or not away.away:
        return owner
    named = by_id.get(away.cover or "")
    if named is not None and named.active and not named.away:
        return named.id
    there = [one for one in keepers if one.active and not one.away and one.id != owner]
    # Covering asks for no capacity: it passes.
    best = min(there, key=lambda one: (not _fits(one, wanted), _load(one), one.id), default=None)
    return best.id if best else owner


def _load(keeper: Keeper) -> float:
    return keeper.customers / max(1, keeper.capacity)


def _fits(keeper: Keeper, wanted: Wanted) -> bool:
    segment = not keeper.segments or wanted.segment in keeper.segments
    return segment and (not keeper.sizes or (wanted.size or "") in keeper.sizes)


def _named(keeper: Keeper, wanted: Wanted) -> int:
    """How many of segment and size he was named for: a specialist goes before somebody who takes all."""
    return (wanted.segment in keeper.segments) + ((wanted.size or "") in keeper.sizes)


def _what_for(keeper: Keeper, wanted: Wanted) -> str:
    named = [word for word, known in ((wanted.segment, keeper.segments), (wanted.size, keeper.sizes)) if word in known]
    return f", keeps {' and '.join(str(word) for word in named)}" if named else ""
