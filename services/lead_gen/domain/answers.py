"""Tier 2's answers to the hard questions that callers passed on."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record

LONGEST_TITLE = 200


class AnsweredQuestion(Record):
    """A question, the manager's answer, and where the lead is now. No contact data."""

    id: str
    lead_id: str
    caller: str | None
    question: str
    answer: str
    answered_by: str
    answered_at: datetime
    instruction_id: str | None
    lead_tier: str
    lead_stage: str


def title_of(question: str) -> str:
    """A question as the title of an instruction: cut, with an ellipsis, where it is too long."""
    return question if len(question) <= LONGEST_TITLE else question[: LONGEST_TITLE - 1] + "…"
