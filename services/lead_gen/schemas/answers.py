"""What callers hear back from tier 2."""

from __future__ import annotations

from services.chassis.http import Model
from services.lead_gen.domain.answers import AnsweredQuestion


class AnswerView(AnsweredQuestion, Model):
    """A question that a caller passed on, the manager's answer, and where the lead is now. No contact data."""
