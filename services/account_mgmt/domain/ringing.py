"""Who is on the phone now, for the person whose customer it is."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class Ringing(Record):
    """A customer that calls."""

    id: str
    customer_id: str
    company: str
    person: str | None
    at: datetime
