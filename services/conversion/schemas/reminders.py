"""Bodies about reminders."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from services.chassis.http import Model
from workflows.contracts.conversion import Stage


class Reminder(Model):
    """Something to look at: an overdue step, an inbound call, an offer that waits for approval."""

    item_id: str
    kind: Literal["reminder", "stale", "inbound", "approval", "mail", "playbook"]
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
    def of(cls, row: dict[str, Any]) -> Reminder:
        """From the joined row."""
        payload = row["payload"]
        plain = {name: row[name] for name in cls.model_fields if name in row}
        return cls(**plain, text=payload.get("text"), level=payload.get("level"), offer_id=payload.get("offer_id"))


class DoneReminder(Model):
    """A reminder after it was dealt with."""

    item_id: str
    state: str
