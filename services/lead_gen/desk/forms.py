"""What the call desk's forms send. A time is written on the lead's own clock, as the caller hears it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.errors import Invalid
from services.lead_gen.schemas.calls import NewOutcome
from workflows.contracts.lead_gen import CallOutcome


class HeldForm(BaseModel):
    """Which lease it is about."""

    model_config = ConfigDict(extra="ignore")

    item_id: str = Field(max_length=64)
    token: int


class OutcomeForm(HeldForm):
    """How the call ended. Fields that were left empty count as not given."""

    outcome: CallOutcome
    timezone: str = Field(default="", max_length=64)
    note: str = Field(default="", max_length=4000)
    reason: str = Field(default="", max_length=200)
    question: str = Field(default="", max_length=2000)
    needs: str = Field(default="", max_length=2000)
    callback_at: str = Field(default="", max_length=40)
    path: list[str] = Field(default_factory=list, max_length=300)
    script_version: int | None = Field(default=None, ge=1, le=2**31 - 1)

    def told(self) -> NewOutcome:
        """The same as REST takes it. Raises Invalid `callback_at`."""
        return NewOutcome(
            token=self.token,
            outcome=self.outcome,
            note=self.note.strip() or None,
            reason=self.reason.strip() or None,
            question=self.question.strip() or None,
            needs=self.needs.strip() or None,
            callback_at=_instant(self.callback_at, self.timezone) if self.callback_at else None,
            path=self.path,
            script_version=self.script_version,
        )


def _instant(text: str, timezone: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    except (ValueError, KeyError, OSError):
        raise Invalid("This is not a date and a time", field="callback_at") from None
