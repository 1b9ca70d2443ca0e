"""Rows of tier 2 as the code sees them. Times are UTC."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.chassis.business_time import Calendar
from services.conversion.domain.commission import Kind, Role
from services.conversion.domain.money import OfferLine, TaxSum
from services.conversion.domain.policy import Policy
from services.conversion.domain.routing import Routing
from services.conversion.domain.stages import PromiseState
from workflows.contracts.base import ContactCard
from workflows.contracts.conversion import CallRecord, HandOverReason, Stage

HandOverState = Literal["open", "accepted", "declined", "expired", "returned", "cancelled"]
MeetingKind = Literal["phone", "online", "visit"]
MeetingState = Literal["reserved", "booked", "held", "no_show", "cancelled"]
OfferState = Literal["awaiting_approval", "sent", "accepted", "rejected", "expired", "superseded"]


class Record(BaseModel):
    """A row; columns that this code does not know are ignored, so that a newer schema can be read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PolicyVersion(Record):
    """A policy with its number."""

    version: int
    body: Policy
    created_by: str
    created_at: datetime


class Manager(Record):
    """A manager's place in the routing. Empty lists mean any language, segment, region or product.

    Without `hours` of his own he works the tier's; without `daily_quota` he takes any number of new leads a day.
    """

    id: str
    name: str
    email: str | None
    languages: list[str]
    segments: list[str]
    regions: list[str]
    products: list[str]
    weight: int
    capacity: int
    daily_quota: int | None
    hours: Calendar | None
    active: bool
    created_at: datetime
    updated_at: datetime


class Absence(Record):
    """A stretch of time in which a manager is away."""

    id: str
    manager: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_by: str
    created_at: datetime


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


class HandOverRow(Record):
    """One offer of a lead to one manager, or (without manager) to the supervisor."""

    item_id: str
    deal_id: str
    number: int
    reason: HandOverReason
    manager: str | None
    priority: int
    accept_by: datetime | None
    question: str | None
    needs: str | None
    story: list[CallRecord]
    routing: Routing
    waiting: bool
    overflow_at: datetime | None
    level: int = 0
    sticky: str | None
    excluded: list[str]
    state: HandOverState = "open"
    offered_at: datetime
    answered_at: datetime | None = None
    answered_by: str | None = None
    decline_reason: str | None = None


class TimelineEntry(Record):
    """Something that happened to a deal."""

    id: str
    at: datetime
    by: str
    kind: str
    text: str
    data: dict[str, Any]


class Meeting(Record):
    """A meeting in a manager's calendar. `sequence` grows with every change of its time.

    A `reserved` one is kept free for a lead on the phone until `expires_at`; it has no deal yet.
    """

    id: str
    deal_id: str | None
    lead_id: str | None = None
    expires_at: datetime | None = None
    manager: str
    starts_at: datetime
    ends_at: datetime
    kind: MeetingKind
    place: str | None
    state: MeetingState
    sequence: int
    note: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime


class Offer(Record):
    """An offer; a deal's offers share a number and count their versions."""

    id: str
    deal_id: str
    number: str
    version: int
    state: OfferState
    lines: list[OfferLine]
    discount_percent: Decimal
    effective_discount: Decimal
    taxes: list[TaxSum]
    tax_percent: Decimal
    subtotal: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    valid_until: datetime
    approve_by: datetime | None
    approval_level: int = 0
    warn_at: datetime | None
    created_by: str
    created_at: datetime
    sent_at: datetime | None
    decided_by: str | None = None
    decided_at: datetime | None = None


class CommissionEntry(Record):
    """One entry of the ledger. `base` is the sale before tax."""

    id: str
    sale_id: str | None
    deal_id: str | None
    lead_id: str | None
    person: str
    role: Role
    kind: Kind
    base: Decimal
    percent: Decimal
    amount: Decimal
    currency: str
    policy_version: int | None
    month: str
    reason: str | None
    at: datetime


class PublishedAnswer(Record):
    """An answer to a hard question, fit for the callers' instructions."""

    id: str
    deal_id: str
    lead_id: str
    question: str
    answer: str
    published_by: str
    published_at: datetime
