"""Orders with their lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field

from services.account_mgmt.domain.allowances import MOST, AllowanceCharge, Kind, PricedAllowance
from services.account_mgmt.domain.line_charges import ChargedLine, PricedCharge
from services.account_mgmt.domain.money import PricedLine, to_cents
from services.account_mgmt.domain.orders import InvoiceRef, Order
from services.account_mgmt.domain.units import check_unit
from services.account_mgmt.schemas.common import in_money
from services.chassis.currencies import check_money, refused
from services.chassis.http import Body, Id, Model
from services.chassis.meanings import is_legible
from services.chassis.sentences import said
from workflows.contracts.base import Money

_NO_NAME = said("say what it is, in letters that can be printed")
_NO_REASON = said("say what it is for, in letters that can be printed")
_TOO_FINE = said("a rate of tax has at most 2 decimals")


def _payable(line: ChargedLine) -> ChargedLine:
    check_money(line.unit_price, "unit_price")
    if not is_legible(line.description):
        raise refused("OrderLine", _NO_NAME, line.description, "description")
    if line.tax_percent is not None and line.tax_percent != to_cents(line.tax_percent):
        raise refused("OrderLine", _TOO_FINE, line.tax_percent, "tax_percent")
    if line.unit is not None:
        try:
            check_unit(line.unit)
        except ValueError as error:
            raise refused("OrderLine", str(error), line.unit, "unit") from None
    for n, one in enumerate(line.charges):
        check_money(one.amount, "charges", str(n), "amount")
        if not is_legible(one.reason):
            raise refused("OrderLine", _NO_REASON, one.reason, "charges", str(n), "reason")
    return line


PayableLine = Annotated[ChargedLine, AfterValidator(_payable)]
"""A line of an order in a request."""


def _payable_extra(one: AllowanceCharge) -> AllowanceCharge:
    if one.amount is not None:
        check_money(one.amount, "amount")
    if not is_legible(one.reason):
        raise refused("AllowanceCharge", _NO_REASON, one.reason, "reason")
    if one.tax_percent is not None and one.tax_percent != to_cents(one.tax_percent):
        raise refused("AllowanceCharge", _TOO_FINE, one.tax_percent, "tax_percent")
    return one


PayableExtra = Annotated[AllowanceCharge, AfterValidator(_payable_extra)]
"""A discount or a charge of a whole order in a request."""


class NewOrder(Body):
    """An order. A line without a product is a free one, taxed at the standard rate."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "lines": [
                    {
                        "product_id": "FTL-20",
                        "description": "Full truck, 20 t, domestic",
                        "quantity": "2",
                        "unit_price": {"amount": "28500.00", "currency": "UAH"},
                    }
                ],
                "allowance_charges": [
                    {"kind": "allowance", "reason": "Discount for two trucks", "reason_code": "95", "percent": "5"},
                    {
                        "kind": "charge",
                        "reason": "Packing",
                        "reason_code": "PC",
                        "amount": {"amount": "350.00", "currency": "UAH"},
                    },
                ],
                "note": "loading on Monday",
            }
        }
    )

    lines: list[PayableLine] = Field(min_length=1, max_length=100)
    allowance_charges: list[PayableExtra] = Field(
        default_factory=list, max_length=MOST, description="Discounts and charges of the whole order, before tax."
    )
    note: str | None = Field(default=None, max_length=1000)
    entity: str | None = Field(
        default=None, max_length=10, description="Legal entity that sells; else the one paid in this currency."
    )
    corrects: Id | None = Field(
        default=None,
        description="The order whose invoice this one writes anew, which was cancelled or wholly credited: the people "
        "who sold it keep their commission. If none is named, the first order of the same net value within a quarter "
        "corrects it.",
    )


class LineChargeView(Model):
    """A charge of one line, before tax."""

    reason: str
    reason_code: str = Field(description="UNTDID 7161; empty if none was named.")
    amount: Money

    @classmethod
    def of(cls, one: PricedCharge, currency: str) -> Self:
        """From the record of a line in this currency."""
        return cls.model_validate({**dict(one), **in_money(one, currency, "amount")})


class LineView(Model):
    """A line with its amounts."""

    product_id: str | None
    description: str
    quantity: Decimal
    unit_price: Money = Field(description="Before the discount.")
    discount_percent: Decimal = Field(description="Off the line's sum.")
    tax_percent: Decimal
    tax_category: str = Field(description="UNTDID 5305: S, Z, E, AE, K or G; empty on orders from before.")
    tax_reason: str = Field(description="Why no tax is due, where the catalogue says so.")
    unit: str = Field(description="UN/ECE Recommendation 20.")
    charges: list[LineChargeView] = Field(default_factory=list, description="What comes on top of it; in `net`.")
    net: Money
    tax: Money = Field(description="Its share of the tax of its rate, which is rounded once on the sum of its lines.")

    @classmethod
    def of(cls, line: PricedLine, currency: str) -> Self:
        """From the record of an order in this currency."""
        charges = [LineChargeView.of(one, currency) for one in line.charges]
        sums = in_money(line, currency, "unit_price", "net", "tax")
        return cls.model_validate({**dict(line), **sums, "charges": charges})


class AllowanceChargeView(Model):
    """A discount or a charge of the whole order, as far as it belongs to one rate of tax."""

    kind: Kind
    reason: str
    reason_code: str = Field(description="UNTDID 5189 or 7161; empty if none was named.")
    percent: Decimal | None = Field(description="Of `base`, if it was asked for as a percentage.")
    base: Money = Field(description="What the lines of this tax come to.")
    amount: Money = Field(description="Before tax, and without a sign: `kind` says which way it goes.")
    tax_percent: Decimal
    tax_category: str
    tax: Money = Field(description="What it changes the tax of its rate by: below zero for an allowance.")

    @classmethod
    def of(cls, one: PricedAllowance, currency: str) -> Self:
        """From the record of an order in this currency."""
        return cls.model_validate({**dict(one), **in_money(one, currency, "base", "amount", "tax")})


class InvoiceRefView(Model):
    """The invoice of an order."""

    id: str
    number: str
    due_at: datetime
    total: Money

    @classmethod
    def of(cls, invoice: InvoiceRef) -> Self:
        """From the record."""
        return cls.model_validate({**dict(invoice), **in_money(invoice, invoice.currency, "total")})


class OrderView(Model):
    """An order with its invoice. One that was imported was invoiced elsewhere, and has none here."""

    id: str
    customer_id: str
    number: str
    state: str
    note: str | None
    total: Money
    tax: Money
    placed_at: datetime
    corrects: str | None
    lines: list[LineView] = Field(default_factory=list)
    allowance_charges: list[AllowanceChargeView] = Field(
        default_factory=list, description="One of each rate of tax; each is in `total` and `tax`."
    )
    invoice: InvoiceRefView | None

    @classmethod
    def of(cls, order: Order) -> Self:
        """From the record."""
        invoice = InvoiceRefView.of(order.invoice) if order.invoice else None
        lines = [LineView.of(line, order.currency) for line in order.lines]
        extras = [AllowanceChargeView.of(one, order.currency) for one in order.allowance_charges]
        own = {"lines": lines, "allowance_charges": extras, "invoice": invoice}
        return cls.model_validate({**dict(order), **in_money(order, order.currency, "total", "tax"), **own})
