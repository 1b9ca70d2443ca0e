"""What was taken down of what a customer said."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class TakenDown(Record):
    """What is told to whoever wrote it: of whom, what, and what follows. `item_id` is the reminder it answered."""

    customer_id: str
    company: str
    outcome: str
    item_id: str | None = None
    next_at: datetime | None = None
    order_number: str | None = None
