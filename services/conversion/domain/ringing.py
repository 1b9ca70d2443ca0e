"""Who is on the phone now, for the person whose deal it is."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class Ringing(Record):
    """A lead that calls, with its deal; `said` is what whoever took the call has written."""

    id: str
    deal_id: str
    company: str
    person: str | None
    said: str | None
    at: datetime
