"""Deals and what happened to them, as the code sees them, and what follows from a deal alone. Times are UTC."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from services.chassis.records import Record
from services.chassis.sentences import said
from services.conversion.domain.contacts import merged
from services.conversion.domain.policy import Policy
from services.conversion.domain.routing import Wanted
from services.conversion.domain.stages import FIRST_CONTACT, PromiseState
from workflows.contracts.base import ContactCard
from workflows.contracts.conversion import CallRecord, HandOver, HandOverReason, Stage


class Deal(Record):
    """One attempt to turn a lead into a customer."""

    id: str
    lead_id: str
    workflow_id: str
    stage: Stage
    owner: str | None
    last_owner: str | None
    policy_version: int
    contact: ContactCard
    contact_changes: dict[str, Any] = Field(default_factory=dict)
    reason: HandOverReason
    question: str | None
    question_answered_at: datetime | None
    needs: str | None
    wished_meeting: datetime | None
    story: list[CallRecord]
    campaign_id: str | None
    campaign_name: str
    segment: str
    products: list[str]
    promised_by: datetime | None
    promise: PromiseState | None
    sourced_by: str | None
    qualification: dict[str, Any] | None
    next_action: str | None
    next_action_at: datetime | None
    offered_at: datetime
    accepted_at: datetime | None
    first_contact_at: datetime | None
    stage_since: datetime
    lost_reason: str | None
    loss_code: str | None
    return_at: datetime | None
    value: Decimal | None
    currency: str | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def open_question(self) -> str | None:
        """The question that nobody has answered yet, or none."""
        return self.question if self.question_answered_at is None else None


class TimelineEntry(Record):
    """Something that happened to a deal."""

    id: str
    at: datetime
    by: str
    kind: str
    text: str
    data: dict[str, Any]


def first_step_at(deal: Deal, policy: Policy, at: datetime) -> datetime:
    """When the owner must have taken the first step: by the policy, or earlier if the lead was promised so."""
    usual = policy.calendar.add(at, policy.first_step_within)
    return min(usual, deal.promised_by) if deal.promise == "open" and deal.promised_by else usual


def first_action(deal: Deal) -> str:
    """What a new owner does first."""
    if deal.open_question is not None:
        return said("answer the question")
    if deal.wished_meeting is not None:
        return said("confirm the meeting they wished for")
    return FIRST_CONTACT


def wanted_by(deal: Deal, *, sticky: str | None = None, excluded: Collection[str] = ()) -> Wanted:
    """What a deal's lead asks of a manager."""
    return Wanted(
        language=deal.contact.language,
        segment=deal.segment,
        region=deal.contact.region,
        products=deal.products,
        sticky=sticky,
        excluded=frozenset(excluded),
    )


def news(deal: Deal, hand_over: HandOver) -> dict[str, Any]:
    """What a further hand-over changes in a deal, by column; nothing known is forgotten."""
    known = {(call.at, call.by, call.outcome) for call in deal.story}
    new_calls = [call for call in hand_over.story if (call.at, call.by, call.outcome) not in known]
    contact, corrected = merged(hand_over.contact, deal.contact_changes)
    changes: dict[str, Any] = {
        "contact": contact,
        "contact_changes": corrected,
        "needs": hand_over.needs or deal.needs,
        "wished_meeting": hand_over.wished_meeting or deal.wished_meeting,
        "products": sorted({*deal.products, *hand_over.products}),
        "sourced_by": deal.sourced_by or hand_over.sourced_by,
        "story": sorted([*deal.story, *new_calls], key=lambda call: call.at),
    }
    if hand_over.promised_by is not None:
        changes |= {"promised_by": hand_over.promised_by, "promise": "open"}
    if hand_over.question and hand_over.question != deal.question:
        changes |= {"question": hand_over.question, "question_answered_at": None}
    return changes
