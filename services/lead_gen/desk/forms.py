"""What the call desk's forms send. A time is written on the lead's own clock, as the caller hears it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.errors import Invalid
from services.lead_gen.domain.window import clock_of
from services.lead_gen.schemas.calls import NewOutcome
from workflows.contracts.lead_gen import CallOutcome

TYPED = ("note", "question", "needs", "reason", "other", "callback_at", "minute", "personal", "wish", "dialled")
"""The fields that a draft keeps."""


class HeldForm(BaseModel):
    """Which lease it is about."""

    model_config = ConfigDict(extra="ignore")

    item_id: str = Field(max_length=64, pattern=r"^[0-9a-fA-F-]{36}$")
    token: int = 0


class TypedForm(HeldForm):
    """Everything that may be typed into the middle card."""

    timezone: str = Field(default="UTC", max_length=2000)
    note: str = Field(default="", max_length=10_000)
    question: str = Field(default="", max_length=2000)
    needs: str = Field(default="", max_length=2000)
    reason: str = Field(default="", max_length=200)
    other: str = Field(default="", max_length=200)
    callback_at: str = Field(default="", max_length=40)
    minute: str = Field(default="", max_length=10)
    personal: str = Field(default="", max_length=10)
    wish: str = Field(default="", max_length=40)
    dialled: str = Field(default="", max_length=20)

    def typed(self) -> dict[str, str]:
        """What a draft keeps of it: the fields that the form holds at this moment."""
        return {name: str(getattr(self, name)) for name in TYPED if name in self.model_fields_set}

    def callback(self) -> datetime | None:
        """The moment that was picked, with the minute that was written beside it. Raises Invalid `callback_at`."""
        return to_the_minute(self.callback_at, self.minute, self.timezone) if self.callback_at else None


class StepForm(TypedForm):
    """Where to go: `to:<node>`, `back`, `script`, `number`, or the outcome whose form is to be opened."""

    go: str = Field(default="script", max_length=200)


class OutcomeForm(TypedForm):
    """How the call ended. Fields that were left empty count as not given."""

    outcome: CallOutcome
    wished_meeting: str = Field(default="", max_length=40)
    path: list[str] = Field(default_factory=list, max_length=300)
    script_version: int | None = Field(default=None, ge=1, le=2**31 - 1)

    def told(self, walked: Sequence[str] = ()) -> NewOutcome:
        """The same as REST takes it; `walked` is the draft's path. Raises Invalid naming the field."""
        note, needs = self._words()
        return NewOutcome(
            token=self.token,
            outcome=self.outcome,
            note=note,
            reason=self.other.strip() or self.reason.strip() or None,
            question=self.question.strip() or None,
            needs=needs,
            callback_at=self.callback() if self.outcome is CallOutcome.CALLBACK else None,
            personal=self.personal != "0",
            wished_meeting=self._wished() if self.outcome is CallOutcome.INTERESTED else None,
            dialled=self.dialled or None if self.outcome is CallOutcome.WRONG_NUMBER else None,
            path=self.path or list(walked),
            script_version=self.script_version,
        )

    def _words(self) -> tuple[str | None, str | None]:
        """(note, needs): what the manager shall know is written into the notes, and nobody wants to read it twice."""
        note, needs = self.note.strip() or None, self.needs.strip() or None
        if self.outcome is CallOutcome.INTERESTED and needs is None and note is not None:
            return (None, note) if len(note) <= 2000 else (note, note[:2000])
        return note, needs

    def _wished(self) -> datetime | None:
        """A slot of tier 2 that is held, else the time that they would like."""
        if self.wished_meeting:
            return instant(self.wished_meeting, "UTC", "wished_meeting")
        return instant(self.wish, self.timezone, "wish") if self.wish else None


def to_the_minute(picked: str, minute: str, timezone: str) -> datetime:
    """The hour that was picked, or the minute that was written beside it. Raises Invalid `callback_at`."""
    day, _, hour = picked.partition("T")
    return instant(f"{day}T{minute.strip() or hour}", timezone, "callback_at")


def instant(text: str, timezone: str, field: str) -> datetime:
    """A time as a form writes it, on the clock of this zone, unless it has an offset itself. Raises Invalid."""
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=clock_of(timezone))).astimezone(UTC)
    except (ValueError, KeyError, OSError, OverflowError):
        raise Invalid("This is not a date and a time", field=field) from None
