"""Who gets many leads, one after the other: what `route` says, without asking everybody anew for each of them."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.conversion.domain.routing import Candidate, Wanted, refusal

_Kind = tuple[str | None, str | None, str | None, tuple[str, ...]]
_Place = tuple[float, str]


@dataclass
class _Free:
    """Those who can take leads of one kind, in the order of fair share, with the sums of what they had and are due."""

    members: dict[str, Candidate]
    order: list[_Place] = field(default_factory=list)
    assigned: int = 0
    due: int = 0

    def enter(self, who: Candidate) -> None:
        bisect.insort(self.order, _place(who))
        self.assigned += who.assigned
        self.due += who.due

    def leave(self, who: Candidate) -> None:
        self.order.pop(bisect.bisect_left(self.order, _place(who)))
        self.assigned -= who.assigned
        self.due -= who.due


class Turns:
    """The free managers, and what each of them has while leads are given to them.

    Nobody here knows a lead from before: who is next follows from fair shares alone.
    """

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._everybody = candidates
        self._kinds: dict[_Kind, _Free] = {}

    def next(self, wanted: Wanted) -> Candidate | None:
        """Whose turn it is for this lead, by the rule of `fair_share`; none if nobody can take it."""
        free = self._free(wanted)
        out = [free.members[one] for one in free.members.keys() & wanted.excluded if _has_room(free.members[one])]
        if len(out) == len(free.order):
            return None
        leads = free.assigned - sum(who.assigned for who in out) + 1
        due = free.due - sum(who.due for who in out)
        for _, one in free.order:
            who = free.members[one]
            if one not in wanted.excluded and who.assigned * due < who.due * leads:
                return who
        return None

    def give(self, who: Candidate) -> None:
        """They got it: one lead more in hand and one more had."""
        concerned = [free for free in self._kinds.values() if who.id in free.members]
        for free in concerned:
            free.leave(who)
        who.load += 1
        who.assigned += 1
        for free in concerned:
            if _has_room(who):
                free.enter(who)

    def _free(self, wanted: Wanted) -> _Free:
        kind = (wanted.language, wanted.segment, wanted.region, tuple(wanted.products))
        if kind not in self._kinds:
            like_it = Wanted(wanted.language, wanted.segment, wanted.region, wanted.products)
            free = self._kinds[kind] = _Free({who.id: who for who in self._everybody if refusal(who, like_it) is None})
            for who in free.members.values():
                free.enter(who)
        return self._kinds[kind]


def _has_room(who: Candidate) -> bool:
    return who.load < who.capacity


def _place(who: Candidate) -> _Place:
    return (who.assigned + 1) / who.due, who.id
