"""The audit: who took out, found by number, looked up, changed, erased or reopened leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from services.chassis.records import Record

AuditAction = Literal["export", "reveal", "erase", "edit", "reopen", "find"]


class AuditLine(Record):
    """One line of the audit. `rows` and `completed_at` stay empty for an export that broke off."""

    id: str
    action: str
    by: str
    lead_id: str | None
    facts: dict[str, Any]
    rows: int | None
    at: datetime
    completed_at: datetime | None
