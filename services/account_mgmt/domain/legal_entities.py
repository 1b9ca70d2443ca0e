"""Legal entities: who sells, with which invoice numbers, account and currency."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.chassis.records import Record


class LegalEntity(Record):
    """A legal entity. `id` begins the numbers of its invoices; `note` is printed under their totals.

    `timezone` is where it keeps its books.
    """

    id: str
    name: str
    tax_id: str
    vat_id: str
    address: str
    postal_code: str
    city: str
    country: str
    iban: str
    bic: str
    bank: str
    currency: str
    timezone: str
    note: str
    active: bool
    created_at: datetime

    def day_of(self, moment: datetime) -> date:
        """The day of its books at a moment: whose year is in its numbers, and which stands on its documents."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()
