"""What an invoice or a credit note says, as it was issued: written down once, and never changed by what follows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from services.account_mgmt.domain.units import PIECE, word_of
from services.chassis.meanings import printable
from services.chassis.records import Record

Words = Annotated[str, AfterValidator(printable)]
"""Text of people: whatever it came with, on a document stands nothing that no document can carry."""


class SellerOnDocument(Record):
    """Who sold, and where the money goes."""

    name: Words
    tax_id: Words
    vat_id: Words
    address: Words
    postal_code: Words
    city: Words
    country: Words
    iban: Words
    bic: Words
    bank: Words


class BuyerOnDocument(Record):
    """To whom it was made out. What nobody knew is empty; `country` is ISO 3166-1, two letters."""

    name: Words
    tax_id: Words = ""
    vat_id: Words = ""
    street: Words = ""
    postal_code: Words = ""
    city: Words = ""
    country: Words = ""


class ChargeOnDocument(Record):
    """A charge of one line, before tax."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    reason: Words
    reason_code: str = ""
    amount: Decimal


class LineOnDocument(Record):
    """A line; `net` is before tax, after the discount and with its charges, `unit` of UN/ECE Recommendation 20."""

    product_id: str | None = None
    description: Words
    unit: str = PIECE
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    tax_percent: Decimal
    tax_category: str = ""
    net: Decimal
    charges: list[ChargeOnDocument] = Field(default_factory=list)

    @property
    def goods(self) -> Decimal:
        """What it comes to without its charges."""
        return self.net - sum((one.amount for one in self.charges), Decimal(0))

    @property
    def unit_word(self) -> str:
        """What the house calls its unit."""
        return word_of(self.unit)


class ExtraOnDocument(Record):
    """A discount or a charge of the whole document, in one tax: `amount` is before it, and has no sign.

    `base` is what a `percent` is of.
    """

    kind: Literal["allowance", "charge"]
    reason: Words
    reason_code: str = ""
    percent: Decimal | None = None
    base: Decimal
    amount: Decimal
    tax_percent: Decimal
    tax_category: str


class TaxOnDocument(Record):
    """What is taxed in one category at one rate, and the tax on it; why none is due, in words and as a VATEX code."""

    category: str = ""
    percent: Decimal
    net: Decimal
    tax: Decimal
    reason: Words = ""
    reason_code: str = ""


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
    allowance_charges: list[ExtraOnDocument] = Field(default_factory=list)
    taxes: list[TaxOnDocument]
    net: Decimal
    tax: Decimal
    total: Decimal
    note: Words = ""
    invoice_number: str = ""
    invoice_issued_on: date | None = None
    reason: Words = ""

    @property
    def less(self) -> Decimal:
        """What all discounts of the whole document take off its lines."""
        return sum((one.amount for one in self.allowance_charges if one.kind == "allowance"), Decimal("0.00"))

    @property
    def more(self) -> Decimal:
        """What all charges of the whole document put on top of its lines."""
        return sum((one.amount for one in self.allowance_charges if one.kind == "charge"), Decimal("0.00"))

    @property
    def of_lines(self) -> Decimal:
        """What the lines come to before tax."""
        return self.net + self.less - self.more


def forgotten(said: IssuedDocument) -> IssuedDocument:
    """The document of somebody erased whose time is over: without the buyer and whatever was written by hand."""
    lines = [_forgotten(line) for line in said.lines]
    extras = [one.model_copy(update={"reason": "erased"}) for one in said.allowance_charges]
    return said.model_copy(
        update={
            "buyer": BuyerOnDocument(name="erased"),
            "lines": lines,
            "allowance_charges": extras,
            "reason": "erased" if said.reason else "",
        }
    )


def _forgotten(line: LineOnDocument) -> LineOnDocument:
    description = line.description if line.product_id else "erased"
    charges = [one.model_copy(update={"reason": "erased"}) for one in line.charges]
    return line.model_copy(update={"description": description, "charges": charges})
