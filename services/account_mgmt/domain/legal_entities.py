"""Legal entities: who sells, with which invoice numbers, account and currency."""

from __future__ import annotations

from datetime import datetime

from services.chassis.records import Record


class LegalEntity(Record):
    """A legal entity. `id` begins the numbers of its invoices; `note` is printed under their totals."""

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
    note: str
    active: bool
    created_at: datetime
