"""The pace of a campaign: how many leads it may take now, given what callers can call and managers can accept.

What waits counts only for those who could take it. So the question is not how many calls wait, but how many more the
callers of the next hours could make: a maximum flow from calls to callers, without the new calls and with them. A
caller who speaks one language is not kept idle by calls in another, and calls nobody can take keep nobody idle.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from services.chassis.records import Record
from services.chassis.sentences import said
from services.lead_gen.domain.callers import Standing, callable_groups, group_of
from services.lead_gen.domain.policy import HOME_ZONE, Policy
from services.lead_gen.domain.window import hours_in, is_open, open_spans

# What callers find when they sign on, before the first look at the campaign after that.
STARTER = 20
# Dialled by hand with an answer noted down, until the organisation's own figures are there (30 an hour at most:
# callcenteradvisor.com, "What is predictive dialing", read in 2026).
CALLS_PER_HOUR = 30.0
# What that is worth in hours of the organisation's own calling.
BORROWED_HOURS = 2.0
# More calls than anybody can make in a few hours.
_PLENTY = 1_000_000


class Hand(Record):
    """A caller with a shift that has begun or comes next; without a shift, both ends are now.

    `quota` is how many more calls they shall make; none if nobody set a limit.
    """

    caller: str
    languages: list[str]
    campaigns: list[str]
    begins: datetime
    ends: datetime
    quota: int | None = None
    signed_on: bool = False

    @property
    def standing(self) -> Standing:
        """What they may call."""
        return Standing(known=True, languages=self.languages, campaigns=self.campaigns)


class WaitingCalls(Record):
    """Calls of one group that wait, due when the callers come; for `assignee` alone where one is named."""

    group_key: str
    assignee: str | None
    calls: int


class Within(Record):
    """How many more calls could be made on top of those that wait, and in which languages."""

    calls: int
    waiting: int
    languages: list[str]


def calls_per_hour(calls: int, hours: float) -> float:
    """The organisation's own rate, which borrows from the common one until its own hours outweigh that."""
    return (calls + CALLS_PER_HOUR * BORROWED_HOURS) / (hours + BORROWED_HOURS)


def open_time(policy: Policy, zones: Iterable[str], start: datetime, end: datetime) -> float:
    """Hours between two moments at which somebody may be called in one of these zones; at home if none is known."""
    known = {zone for zone in zones if set(zone.split(",")) <= _zones()} or {HOME_ZONE}
    return hours_in(span for zone in known for span in open_spans(policy, zone, start, end))


def capacities(
    hands: Sequence[Hand], per_hour: float, until: datetime, open_between: Callable[[datetime, datetime], float]
) -> list[int]:
    """How many calls each can make until then. Together they find a few, however short their time."""
    least = math.ceil(STARTER / max(len(hands), 1))
    found = []
    for hand in hands:
        hours = open_between(hand.begins, min(hand.ends, until)) if hand.begins < until else 0.0
        calls = max(math.ceil(hours * per_hour), least)
        found.append(calls if hand.quota is None else min(calls, hand.quota))
    return found


def within_reach(
    campaign_id: str,
    hands: Sequence[Hand],
    able: Sequence[int],
    waiting: Sequence[WaitingCalls],
    *,
    running: Iterable[str],
    policy: Policy,
) -> Within:
    """How many more calls of a campaign these callers could make. `able` is how many each can make at all."""
    campaigns = list(running)
    stock = _takers(hands, waiting, campaigns, policy)
    before = _flow(able, stock)
    speakers = _speakers(campaign_id, hands, campaigns, policy)
    room = {language: _flow(able, [*stock, (_PLENTY, takers)]) - before for language, takers in speakers.items()}
    languages = sorted(language for language, calls in room.items() if calls > 0)
    wanted = [(_PLENTY, speakers[language]) for language in languages]
    return Within(calls=_flow(able, [*stock, *wanted]), waiting=before, languages=languages)


def _takers(
    hands: Sequence[Hand], waiting: Sequence[WaitingCalls], running: Sequence[str], policy: Policy
) -> list[tuple[int, list[int]]]:
    """(calls, who could take them) of what waits."""
    groups = {one.group_key for one in waiting}
    open_to = [
        set(callable_groups(groups, running=running, standing=hand.standing, policy=policy, now=hand.begins))
        for hand in hands
    ]
    return [
        (
            one.calls,
            [
                place
                for place, hand in enumerate(hands)
                if one.group_key in open_to[place] and one.assignee in (None, hand.caller)
            ],
        )
        for one in waiting
    ]


def _speakers(
    campaign_id: str, hands: Sequence[Hand], running: Sequence[str], policy: Policy
) -> Mapping[str, list[int]]:
    """Per language, who could call a lead of the campaign in it, at an hour of its own."""
    at_any_hour = policy.model_copy(update={"always_open": True})
    found: dict[str, list[int]] = {}
    for language in {language for hand in hands for language in hand.languages}:
        group = group_of(campaign_id, HOME_ZONE, language)
        found[language] = [
            place
            for place, hand in enumerate(hands)
            if callable_groups([group], running=running, standing=hand.standing, policy=at_any_hour, now=hand.begins)
        ]
    return found


def _flow(able: Sequence[int], calls: Sequence[tuple[int, Sequence[int]]]) -> int:
    """How many of these calls can be made by callers who are able to make so many each."""
    if not calls or not able:
        return 0
    # Here, because they take 12 MB, which a worker without calls to pace need not have.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    source, first_caller = 0, 1 + len(calls)
    sink = first_caller + len(able)
    edges: list[tuple[int, int, int]] = []
    for place, (count, takers) in enumerate(calls, start=1):
        for at, to, capacity in ((source, place, count), *((place, first_caller + taker, count) for taker in takers)):
            edges.append((at, to, capacity))
    edges += [(first_caller + taker, sink, capacity) for taker, capacity in enumerate(able)]
    rows, columns, most = zip(*edges, strict=True)
    network = csr_array((most, (rows, columns)), shape=(sink + 1, sink + 1), dtype="int32")
    return int(maximum_flow(network, source, sink).flow_value)


class Reach(Record):
    """Leads that the callers at hand could call: in these languages and time zones; None stands for any."""

    languages: list[str] | None = None
    timezones: list[str] | None = None


ANYBODY = Reach()


class Look(Record):
    """What limits a campaign now; `within` is None when nobody plans shifts."""

    policy: Policy
    stock: int
    within: Within | None
    drought: bool
    reach: Reach

    def room(self, in_flight: int) -> int:
        """Leads to enrol when so many are in cold calling."""
        return room(
            self.policy,
            in_flight=in_flight,
            stock=self.stock,
            waiting_calls=self.within.waiting if self.within else 0,
            callable_soon=self.within.calls if self.within else None,
            drought=self.drought,
        )

    def obstacle(self, in_flight: int, languages: Sequence[str]) -> str | None:
        """Why a lead is not enrolled now, when so many are in cold calling; None if it could be.

        `languages` are those of which a caller must speak one; none stands for any.
        """
        if self.stock >= self.policy.stock_limit:
            limit = self.policy.stock_limit
            return said(f"{self.stock} interested leads wait for tier 2, and {limit} stop enrolment")
        if in_flight >= self.policy.window:
            return said(f"{in_flight} of its leads are in cold calling, and its window holds {self.policy.window}")
        if self.within is None or self.drought:
            return None
        if self.within.calls <= self.within.waiting:
            return said("the callers of the next hours have enough to call")
        if self.reach.languages is not None and languages and set(languages).isdisjoint(self.reach.languages):
            return said(
                "those callers of the next hours who speak its language have enough to call, or none of them speaks it"
            )
        return None


def open_zones(policy: Policy, hands: Sequence[Hand], until: datetime) -> list[str] | None:
    """Time zones whose window opens while somebody at hand calls, to the hour; None if hours do not matter."""
    if policy.always_open:
        return None
    moments = {
        hand.begins + timedelta(hours=n)
        for hand in hands
        for n in range(1 + max(0, int((min(hand.ends, until) - hand.begins) / timedelta(hours=1))))
    }
    return [zone for zone in sorted(_zones()) if any(is_open(policy, zone, moment) for moment in moments)]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def room(
    policy: Policy, *, in_flight: int, stock: int, waiting_calls: int, callable_soon: float | None, drought: bool
) -> int:
    """Leads to enrol now, 0 to the policy's batch.

    `in_flight` of the campaign are in cold calling, `stock` interested leads wait for tier 2. `callable_soon` is how
    many calls the planned shifts can make in the hours ahead, None when nobody plans shifts, and `waiting_calls` how
    many of those wait already. While managers are overloaded nobody is enrolled; while they run dry, as many as the
    window holds.
    """
    free = min(policy.window - in_flight, policy.batch)
    if stock >= policy.stock_limit or free <= 0:
        return 0
    if callable_soon is None or drought:
        return free
    return max(0, min(free, math.ceil(callable_soon) - waiting_calls))
