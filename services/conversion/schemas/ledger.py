"""Bodies about commission, reports, reminders and published answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from services.chassis.http import Model
from services.conversion.domain.commission import Role
from services.conversion.records import CommissionEntry, PublishedAnswer
from services.conversion.schemas.common import money
from workflows.contracts.base import Money
from workflows.contracts.conversion import Stage

EntryKind = Literal["accrued", "vested", "clawed_back"]


class CommissionAnswer(Model):
    """One entry of the ledger: `percent` of `base` (the sale before tax)."""

    id: str
    deal_id: str
    lead_id: str
    person: str
    role: Role
    kind: EntryKind
    base: Money
    percent: str
    amount: Money
    policy_version: int
    at: datetime

    @classmethod
    def of(cls, entry: CommissionEntry) -> CommissionAnswer:
        """From the row."""
        plain = entry.model_dump(exclude={"base", "amount", "percent", "currency"})
        return cls(
            **plain,
            base=money(entry.base, entry.currency),
            amount=money(entry.amount, entry.currency),
            percent=f"{entry.percent:f}",
        )


class StatementLine(Model):
    """A person's sum in one role, kind and currency."""

    person: str
    role: Role
    kind: EntryKind
    entries: int
    base: Money
    amount: Money

    @classmethod
    def of(cls, row: dict[str, Any]) -> StatementLine:
        """From the summed rows."""
        return cls(
            person=row["person"],
            role=row["role"],
            kind=row["kind"],
            entries=row["entries"],
            base=money(row["base"], row["currency"]),
            amount=money(row["amount"], row["currency"]),
        )


class Statement(Model):
    """The ledger's month, which begins and ends at midnight in the tier's time zone."""

    month: str
    timezone: str
    items: list[StatementLine]


class Reminder(Model):
    """Something to look at: an overdue step, an inbound call, an offer that waits for approval."""

    item_id: str
    kind: Literal["reminder", "stale", "inbound", "approval", "mail"]
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


class PublishedAnswerView(PublishedAnswer, Model):
    """An answer to a hard question, for the callers' instructions."""
