"""When managers are away."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class Absence(Record):
    """A stretch of time in which a manager is away."""

    id: str
    manager: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_by: str
    created_at: datetime
