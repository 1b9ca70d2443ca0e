"""Deals and what happened to them, as the code sees them. Times are UTC."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from services.chassis.records import Record
from services.conversion.domain.stages import PromiseState
from workflows.contracts.base import ContactCard
from workflows.contracts.conversion import CallRecord, HandOverReason, Stage


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


class TimelineEntry(Record):
    """Something that happened to a deal."""

    id: str
    at: datetime
    by: str
    kind: str
    text: str
    data: dict[str, Any]
