"""What a customer's care decides by."""

from __future__ import annotations

from pydantic import Field

from workflows.contracts.base import Message


class CarePolicy(Message):
    """What the workflow decides by."""

    version: int = 1
    dunning_steps: int = Field(default=3, ge=0, description="Payment reminders before the supervisor takes over.")
    max_escalations: int = Field(default=2, ge=0, description="Reminders of a nudge that nobody answered.")
