"""Hand-overs: each is one offer of a lead to one manager, or to the supervisor."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.chassis.errors import Invalid
from services.chassis.records import Record
from services.conversion.domain.routing import Routing
from workflows.contracts.conversion import CallRecord, HandOverReason

HandOverState = Literal["open", "accepted", "declined", "expired", "returned", "cancelled"]

DECLINES = {
    "no_time": "no time in the next hours",
    "language": "speaks another language",
    "field": "not my field",
    "known": "another manager knows them",
    "other": "",
}
"""Why leads are declined, as the deal's story tells it; `other` needs words."""


def decline_reason(code: str, words: str) -> str:
    """The reason as it is written down. Raises Invalid on `reason` or `words`."""
    if code not in DECLINES:
        raise Invalid("choose a reason", field="reason")
    if not (told := DECLINES[code]) and not words:
        raise Invalid("say in a few words why", field="words")
    return f"{told}: {words}" if told and words else told or words


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
