"""What people decide about the reminders of an invoice."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.dunning import DecisionKind, DunningDecision, DunningStep
from services.chassis.http import Body, Model, Moment


class NewDecision(Body):
    """`pause` until a time, for a reason; `resume`; `remind` once more; `collect`: an agency has it from now on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"decision": "pause", "until": "2030-05-06T09:00:00Z", "reason": "they pay on the 5th"}
        }
    )

    decision: DecisionKind
    until: Moment | None = Field(default=None, description="Of a pause: nobody is reminded before.")
    reason: str = Field(default="", max_length=300, description="Needed for `pause` and `collect`.")


class DecisionView(Model):
    """A decision, after how many reminders, and whose it was."""

    decision: DecisionKind
    until: datetime | None
    reason: str
    level: int
    by: str
    at: datetime

    @classmethod
    def of(cls, decision: DunningDecision) -> Self:
        """From the record."""
        return cls.model_validate(dict(decision))


class ReminderView(Model):
    """A reminder that was sent. `sent_at` of a letter: when somebody said that it is in the post."""

    level: int
    way: str
    at: datetime
    next_at: datetime | None
    sent_at: datetime | None

    @classmethod
    def of(cls, step: DunningStep) -> Self:
        """From the record."""
        return cls.model_validate(dict(step))


class DunningView(Model):
    """The reminders of an invoice and what was decided about them, the first first."""

    reminders: list[ReminderView]
    decisions: list[DecisionView]
