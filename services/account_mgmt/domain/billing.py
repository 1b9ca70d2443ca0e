"""To whom a customer's invoices are made out."""

from __future__ import annotations

from typing import Literal

from services.chassis.records import Record

EInvoice = Literal["none", "factur-x", "xml"]
"""How a customer wants e-invoices by mail: not at all, inside the PDF, or as XML beside it."""


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
    e_invoice: EInvoice = "none"
