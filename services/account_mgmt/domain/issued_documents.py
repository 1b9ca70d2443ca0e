"""What an invoice or a credit note says, as it was issued: written down once, and never changed by what follows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from services.chassis.records import Record


class SellerOnDocument(Record):
    """Who sold, and where the money goes."""

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


class BuyerOnDocument(Record):
    """To whom it was made out. What nobody knew is empty; `country` is ISO 3166-1, two letters."""

    name: str
    tax_id: str = ""
    vat_id: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


class LineOnDocument(Record):
    """A line; `net` is before tax and after the discount."""

    product_id: str | None = None
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    tax_percent: Decimal
    net: Decimal


class TaxOnDocument(Record):
    """What is taxed at one rate, and the tax on it."""

    percent: Decimal
    net: Decimal
    tax: Decimal


class IssuedDocument(Record):
    """All that an invoice or a credit note says. Its days are of the books of the legal entity that sells.

    A credit note has no date to pay by, and names its invoice and the reason instead; its sums are what it takes back.
    """

    kind: Literal["invoice", "credit_note"]
    entity: str
    number: str
    currency: str
    language: str
    issued_at: datetime
    issued_on: date
    due_on: date | None = None
    supplied_on: date
    order_number: str
    seller: SellerOnDocument
    buyer: BuyerOnDocument
    lines: list[LineOnDocument]
    taxes: list[TaxOnDocument]
    net: Decimal
    tax: Decimal
    total: Decimal
    note: str = ""
    invoice_number: str = ""
    invoice_issued_on: date | None = None
    reason: str = ""


def forgotten(said: IssuedDocument) -> IssuedDocument:
    """The document of somebody erased whose time is over: without the buyer and whatever was written by hand."""
    lines = [line if line.product_id else line.model_copy(update={"description": "erased"}) for line in said.lines]
    changes = {"buyer": BuyerOnDocument(name="erased"), "lines": lines, "reason": "erased" if said.reason else ""}
    return said.model_copy(update=changes)
