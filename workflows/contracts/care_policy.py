"""The part of tier 3's policy that the customer-care workflow itself decides by."""

from __future__ import annotations

from pydantic import Field

from workflows.contracts.base import Message


class CarePolicy(Message):
    """How often customer care reminds before it hands over to people."""

    version: int = 1
    dunning_steps: int = Field(default=3, ge=0, description="Payment reminders before the supervisor takes over.")
    max_escalations: int = Field(default=2, ge=0, description="Reminders of a nudge that nobody answered.")
