"""Bodies about reminders."""

from __future__ import annotations

from datetime import datetime

from services.chassis.http import Model
from services.conversion.domain.reminders import ReminderKind, ReminderRow
from workflows.contracts.conversion import Stage


class Reminder(Model):
    """Something to look at: an overdue step, an inbound call, an offer that waits for approval."""

    item_id: str
    kind: ReminderKind
    deal_id: str | None
    lead_id: str
    company: str | None
    stage: Stage | None
    text: str | None
    level: int | None
    offer_id: str | None
    assignee: str | None
    priority: int
    next_action: str | None
    next_action_at: datetime | None
    opened_at: datetime
    state: str

    @classmethod
    def of(cls, row: ReminderRow) -> Reminder:
        """From the row; what the item says of itself is in its payload."""
        said = {name: row.payload.get(name) for name in ("text", "level", "offer_id")}
        return cls(**row.model_dump(exclude={"payload"}), **said)


class DoneReminder(Model):
    """A reminder after it was dealt with."""

    item_id: str
    state: str
