"""To whom a customer's invoices are made out."""

from __future__ import annotations

from services.chassis.records import Record


class Billing(Record):
    """The buyer of an invoice; an empty field means what the contact card says, or nothing."""

    name: str = ""
    vat_id: str = ""
    tax_id: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    """ISO 3166-1, two letters."""
