"""Hand-overs: each is one offer of a lead to one manager, or to the supervisor."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.chassis.records import Record
from services.conversion.domain.routing import Routing
from workflows.contracts.conversion import CallRecord, HandOverReason

HandOverState = Literal["open", "accepted", "declined", "expired", "returned", "cancelled"]


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
