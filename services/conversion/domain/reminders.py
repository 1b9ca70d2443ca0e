"""Reminders: work that tells somebody to look at a deal."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from services.chassis.records import Record
from workflows.contracts.conversion import Stage

ReminderKind = Literal["inbound", "approval", "reminder", "stale", "mail", "playbook", "reply"]
KINDS: tuple[ReminderKind, ...] = ("inbound", "approval", "reminder", "stale", "mail", "playbook", "reply")


class ReminderRow(Record):
    """A work item with what its deal's list shows of it; a call of a lead without a deal has none."""

    item_id: str
    kind: ReminderKind
    deal_id: str | None
    lead_id: str
    company: str | None
    stage: Stage | None
    assignee: str | None
    priority: int
    next_action: str | None
    next_action_at: datetime | None
    opened_at: datetime
    state: str
    payload: dict[str, Any]
