"""Legal entities: who sells, with which invoice numbers, account and currency."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.chassis.meanings import countries
from services.chassis.records import Record

_NO_COUNTRIES = frozenset({"EL", "XI"})
"""Greece and Northern Ireland, whose VAT ids have letters of their own."""

SAMPLE_TAX_ID = "00000000"
"""Of the legal entity that a new database begins with, which is nobody."""


def check_vat_id(vat_id: str) -> str:
    """The VAT id, if the letters before it are a country's; many write the digits alone. Raises ValueError."""
    letters = vat_id[:2].upper()
    if letters.isalpha() and letters not in countries() | _NO_COUNTRIES:
        raise ValueError(f"'{letters}' is no country: a VAT id begins with its two letters, as in DE123456789")
    return vat_id


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
