"""What callers hear back from tier 2."""

from __future__ import annotations

from datetime import datetime

from services.chassis.http import Model


class AnswerView(Model):
    """A question that a caller passed on, the manager's answer, and where the lead is now. No contact data."""

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
