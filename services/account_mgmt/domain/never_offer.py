"""Products that a customer never wants to be offered again."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class Refusal(Record):
    """A product that is never offered to this customer again."""

    product_id: str
    reason: str | None
    recorded_by: str
    created_at: datetime
