"""The deal board as its reader sees it: deals by stage, leads on offer, what today asks for. Times are UTC."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from services.chassis.business_time import Calendar
from services.chassis.meanings import STORED
from services.chassis.records import Record
from services.conversion.domain.hand_overs import HandOverState
from services.conversion.domain.policy import Policy
from services.conversion.domain.stages import PATH, PromiseState
from workflows.contracts.conversion import CallRecord, HandOverReason, Stage

LANES = PATH[1:]
"""Stages that stand on the board, in their order."""
COUNTED = 1000
"""So many deals of a lane are counted when everybody's are shown: nobody reads the number behind it."""
LANE_CARDS = 20
"""Cards of a lane before somebody asks for more."""

_SEARCHED = timedelta(days=400)
_TO_THE_MINUTE = timedelta(minutes=1)


class Card(Record):
    """A deal as one card or row. `worth` is its order, else its last offer before tax; none if nobody knows yet."""

    id: str
    company: str
    city: str | None = None
    stage: Stage
    owner: str | None
    next_action: str | None
    next_action_at: datetime | None
    stage_since: datetime
    updated_at: datetime
    asks: bool
    worth: Decimal | None
    currency: str | None
    closed_at: datetime | None = None
    return_at: datetime | None = None

    def days_in_stage(self, at: datetime) -> int:
        """Whole days since it came into its stage."""
        return max(0, (at - self.stage_since).days)


class LaneSum(Record):
    """What a stage holds in one currency; deals whose worth nobody knows have none."""

    stage: Stage
    currency: str | None
    deals: int
    worth: Decimal | None


@dataclass(frozen=True)
class Lane:
    """One stage of the board: its first cards, how many there are in all, and what they are worth by currency."""

    stage: Stage
    deals: int
    worth: Mapping[str, Decimal]
    cards: Sequence[Card]

    @property
    def is_cut(self) -> bool:
        """Whether there may be more deals than were counted."""
        return self.deals == COUNTED

    @property
    def more(self) -> int:
        """Deals that are not shown yet."""
        return self.deals - len(self.cards)


class OfferedLead(Record):
    """A lead that somebody must answer, or one that was answered a moment ago."""

    item_id: str
    deal_id: str
    reason: HandOverReason
    manager: str | None
    accept_by: datetime | None
    offered_at: datetime
    waiting: bool
    question: str | None
    needs: str | None
    story: list[CallRecord]
    state: HandOverState
    answered_by: str | None
    decline_reason: str | None
    company: str
    contact_name: str | None
    city: str | None
    industry: str | None
    size: str | None
    promised_by: datetime | None
    promise: PromiseState | None
    wished_meeting: datetime | None
    kept_at: datetime | None

    def share_left(self, at: datetime) -> float:
        """How much of the time to answer is left, from 0 to 1."""
        if self.accept_by is None or self.accept_by <= self.offered_at:
            return 0.0
        return max(0.0, min(1.0, (self.accept_by - at) / (self.accept_by - self.offered_at)))

    @property
    def said(self) -> str | None:
        """The last words that a caller wrote down."""
        return next((call.note for call in reversed(self.story) if call.note), None)


@dataclass(frozen=True)
class Offered:
    """What waits for an answer, and what somebody else has just answered."""

    open: Sequence[OfferedLead]
    gone: Sequence[OfferedLead]


@dataclass(frozen=True)
class Board:
    """Deals by stage; `owner` none means everybody's."""

    lanes: Sequence[Lane]
    owner: str | None
    stale: frozenset[str] = field(default_factory=frozenset)

    @property
    def deals(self) -> int:
        """Deals on the board."""
        return sum(lane.deals for lane in self.lanes)

    @property
    def worth(self) -> Mapping[str, Decimal]:
        """What they are worth, by currency."""
        total: dict[str, Decimal] = {}
        for lane in self.lanes:
            for currency, amount in lane.worth.items():
                total[currency] = total.get(currency, Decimal(0)) + amount
        return total


def lanes_of(sums: Sequence[LaneSum], cards: Sequence[Card]) -> list[Lane]:
    """The lanes of these cards, which are in their order."""
    return [
        Lane(
            stage=stage,
            deals=sum(one.deals for one in sums if one.stage is stage),
            worth={one.currency: one.worth for one in sums if one.stage is stage and one.currency and one.worth},
            cards=[card for card in cards if card.stage is stage],
        )
        for stage in LANES
    ]


def stale_since(policy: Policy, at: datetime) -> dict[Stage, datetime]:
    """By stage: a deal that came into it at that moment or before has stood there for longer than the policy likes."""
    hours, minute = policy.calendar.model_dump_json(), at.replace(second=0, microsecond=0)
    limits = {stage: policy.stale_after[stage] for stage in LANES if stage in policy.stale_after}
    return {stage: _longest_ago(hours, limit, minute) for stage, limit in limits.items()}


@functools.lru_cache(maxsize=64)
def _longest_ago(hours: str, limit: timedelta, at: datetime) -> datetime:
    """The latest moment from which `limit` of business time has passed, to the minute: the same for a whole minute."""
    calendar = Calendar.model_validate_json(hours, context=STORED)
    early, late = at - _SEARCHED, at
    while late - early > _TO_THE_MINUTE:
        middle = early + (late - early) / 2
        early, late = (middle, late) if calendar.add(middle, limit) <= at else (early, middle)
    return early


def stale_of(cards: Sequence[Card], since: Mapping[Stage, datetime]) -> frozenset[str]:
    """Ids of the deals that have stood in their stage for too long."""
    return frozenset(card.id for card in cards if card.stage in since and card.stage_since <= since[card.stage])
