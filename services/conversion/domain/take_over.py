"""Deals that change hands: who would get each deal of a manager who is ill or has left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.records import Record
from services.conversion.domain.deals import Deal, wanted_by
from services.conversion.domain.meetings import Meeting
from services.conversion.domain.routing import Candidate, Routing, route, told
from services.conversion.domain.turns import Turns


@dataclass(frozen=True)
class HandedMeeting:
    """A coming meeting of such a deal: the new manager comes to it, or it says why somebody must be found."""

    meeting: Meeting
    needs_person: str | None


@dataclass(frozen=True)
class Handed:
    """One deal of a take-over: to whom, or why to nobody; with its coming meetings.

    `routing` explains the choice, unless the supervisor named somebody.
    """

    deal: Deal
    manager: str | None
    why: str
    routing: Routing | None = None
    meetings: Sequence[HandedMeeting] = ()


@dataclass(frozen=True)
class TakeOverResult:
    """What a take-over did, or would do; `offers_back` went to the next managers."""

    dry_run: bool
    items: Sequence[Handed]
    offers_back: int = 0


class HandedLately(Record):
    """A deal that a colleague has taken over: whose it is since then, and who said so."""

    at: datetime
    by: str
    manager: str
    deal_id: str
    company: str


@dataclass(frozen=True)
class Preview:
    """Who would get what. `stays` are open deals that were not chosen; `work` counts what goes along by kind.

    `offers_back` leads that wait for the manager's answer would go to the next ones. `cut` says that there are more
    deals than are handed on at once.
    """

    handed: Sequence[Handed]
    stays: Sequence[Deal]
    work: Mapping[str, int]
    offers_back: int
    cut: bool

    @property
    def rows(self) -> Sequence[tuple[Deal, Handed | None]]:
        """Each deal with where it would go; those that were not chosen come last, with none."""
        return [*((one.deal, one) for one in self.handed), *((deal, None) for deal in self.stays)]

    @property
    def by_manager(self) -> Mapping[str, int]:
        """How many deals each would get, whoever gets most first."""
        found: dict[str, int] = {}
        for one in self.handed:
            if one.manager is not None:
                found[one.manager] = found.get(one.manager, 0) + 1
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @property
    def nobody(self) -> Sequence[Handed]:
        """Deals for which there is nobody: they stay."""
        return [one for one in self.handed if one.manager is None]

    @property
    def meetings(self) -> Sequence[HandedMeeting]:
        """Coming meetings of the deals that go."""
        return [meeting for one in self.handed for meeting in one.meetings]

    @property
    def goes(self) -> int:
        """How many deals go to others."""
        return len(self.handed) - len(self.nobody)


def may_receive(everybody: Sequence[Candidate], manager: str, *, leaving: str) -> bool:
    """Whether the deals of `leaving` can go to this manager: somebody else, and active."""
    return manager != leaving and any(who.id == manager and who.active for who in everybody)


def distribute(
    everybody: Sequence[Candidate],
    deals: Sequence[Deal],
    *,
    leaving: str,
    to: str | None = None,
    unable: Mapping[str, Collection[str]] | None = None,
    in_short: bool = False,
) -> list[Handed]:
    """Who gets each of these deals of `leaving`: the named manager, or whom routing chooses, one deal after the other.

    Open deals must lie with somebody: who is off duty this minute or over their daily quota gets them all the same.
    Those who are `unable` to come to a deal's meetings get it only if nobody else does. `in_short` names only whoever
    gets a deal, which is much quicker for many deals and managers.
    """
    if to is not None:
        return [Handed(deal=deal, manager=to, why="named by the supervisor") for deal in deals]
    there = {who.id: replace(who, on_duty=True, quota=None) for who in everybody}
    turns = Turns(list(there.values()))
    plan = []
    for deal in deals:
        busy = (unable or {}).get(deal.id, ())
        wanted = wanted_by(deal, excluded=[leaving, *busy])
        if (chosen := turns.next(wanted)) is None and busy:
            wanted = wanted_by(deal, excluded=[leaving])
            chosen = turns.next(wanted)
        routing = told(chosen, "fair share") if chosen and in_short else route(list(there.values()), wanted)
        plan.append(Handed(deal=deal, manager=routing.manager, why=routing.why, routing=routing))
        if chosen is not None:
            turns.give(chosen)
    return plan
