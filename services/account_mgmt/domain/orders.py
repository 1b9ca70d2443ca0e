"""Orders: the record, what is needed to write one, and the sale that the commission ledger hears of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import Field

from services.account_mgmt.domain.allowances import AllowanceCharge, PricedAllowance
from services.account_mgmt.domain.customers import Customer
from services.account_mgmt.domain.line_charges import asked_charges, check_charges, sum_of
from services.account_mgmt.domain.money import PricedLine, in_proportion
from services.chassis.currencies import LARGEST, minor_unit
from services.chassis.errors import Invalid
from services.chassis.records import Record
from workflows.contracts.base import OrderLine

UNREADABLE = "?"
"""What a line is called whose words no document can carry."""
ZERO = Decimal("0.00")
Source = Literal["sale", "nudge", "own", "contract"]


class InvoiceRef(Record):
    """The invoice of an order."""

    id: str
    number: str
    due_at: datetime
    total: Decimal
    currency: str


class Sale(Record):
    """What the commission ledger must know of an order; `deal_id` is the deal that it closed, if it closed one."""

    order_id: str
    deal_id: str | None
    customer_id: str
    total: Decimal
    currency: str


@dataclass(frozen=True)
class OrderPart:
    """A line or a charge with what the customer pays for it: with tax, and less its part of the order's discounts."""

    description: str
    gross: Decimal


class Order(Record):
    """An order with its lines. Only one that was placed here has an invoice; an imported one was invoiced elsewhere."""

    id: str
    customer_id: str
    number: str
    state: str
    note: str | None
    total: Decimal
    tax: Decimal
    currency: str
    deal_id: str | None
    placed_at: datetime
    corrects: str | None = None
    contract_id: str | None = None
    lines: list[PricedLine] = Field(default_factory=list)
    allowance_charges: list[PricedAllowance] = Field(default_factory=list)
    invoice: InvoiceRef | None

    @property
    def sold(self) -> Decimal:
        """What was sold, before tax and after all discounts: without charges, such as freight and packing.

        A discount of the whole order may be off the charges of its lines, too; what was sold is never below zero.
        """
        charges = sum((one.amount for one in self.allowance_charges if one.kind == "charge"), Decimal(0))
        charges += sum((sum_of(line.charges) for line in self.lines), Decimal(0))
        return max(self.total - self.tax - charges, ZERO)

    @property
    def parts(self) -> list[OrderPart]:
        """What the customer pays for: the lines, then the charges; together they are the order's total."""
        less: dict[tuple[str, Decimal], Decimal] = {}
        for one in self.allowance_charges:
            if one.kind == "allowance":
                less[one.tax_category, one.tax_percent] = less.get((one.tax_category, one.tax_percent), ZERO) - (
                    one.net + one.tax
                )
        return [
            *_lines_less(self.lines, less, self.currency),
            *(OrderPart(one.reason, one.net + one.tax) for one in self.allowance_charges if one.kind == "charge"),
        ]

    @property
    def sale(self) -> Sale:
        """The order as the commission ledger knows it."""
        return Sale(
            order_id=self.id,
            deal_id=self.deal_id,
            customer_id=self.customer_id,
            total=self.total,
            currency=self.currency,
        )


class InvoicedOrder(Order):
    """An order that was invoiced here."""

    invoice: InvoiceRef


class UndoneOrder(Record):
    """An order that was cancelled or wholly credited, and that no other has corrected."""

    id: str
    number: str
    total: Decimal
    placed_at: datetime


class CorrectedOrder(Sale):
    """An order that another one is to correct: whether its invoice needs no money any more, and is written anew yet."""

    is_undone: bool
    is_corrected: bool


@dataclass(frozen=True)
class OrderDraft:
    """An order to be written. `entity` is the legal entity that sells (none: the one paid in the lines' currency).

    `corrects` is the order whose invoice it writes anew, `contract_id` the contract that brings it. `payment_term` is
    how long the customer has to pay (none: as the policy says).
    """

    customer: Customer
    lines: Sequence[OrderLine]
    source: Source
    by: str
    note: str | None = None
    deal_id: str | None = None
    entity: str | None = None
    corrects: str | None = None
    contract_id: str | None = None
    payment_term: timedelta | None = None
    allowance_charges: Sequence[AllowanceCharge] = ()

    @property
    def currency(self) -> str:
        """The currency of every line."""
        return self.lines[0].unit_price.currency


def _lines_less(
    lines: Sequence[PricedLine], less: Mapping[tuple[str, Decimal], Decimal], currency: str
) -> list[OrderPart]:
    """The lines with their tax, each less its part of what comes off all that is taxed as it is."""
    grosses = [line.net + line.tax for line in lines]
    for key, off in less.items():
        same = [n for n, line in enumerate(lines) if (line.tax_category, line.tax_percent) == key]
        for n, part in zip(same, in_proportion([grosses[n] for n in same], off, minor_unit(currency)), strict=True):
            grosses[n] -= part
    return [OrderPart(line.description, gross) for line, gross in zip(lines, grosses, strict=True)]


def check_corrected(old: CorrectedOrder | None, customer_id: str, currency: str) -> None:
    """An order corrects one of the same customer and currency that was cancelled or wholly credited, each once.

    Raises Invalid on `corrects`.
    """
    if old is None or old.customer_id != customer_id:
        raise Invalid("This customer has no such order", field="corrects")
    if not old.is_undone:
        raise Invalid("That order stands: cancel it, or credit all of its invoice first", field="corrects")
    if old.is_corrected:
        raise Invalid("That order was corrected before: correct the order that did so", field="corrects")
    if old.currency != currency:
        raise Invalid(f"That order is in {old.currency}: correct it in the same currency", field="corrects")


def check_lines(lines: Sequence[OrderLine], catalogue: Mapping[str, bool]) -> None:
    """One currency, no negative price, only products of the `catalogue` that are sold today (id -> whether it is).

    Raises Invalid with the field.
    """
    for n, line in enumerate(lines):
        if line.unit_price.currency != lines[0].unit_price.currency:
            raise Invalid("All lines of an order have one currency", field=f"lines[{n}].unit_price.currency")
        if line.unit_price.amount < 0:
            raise Invalid("A price is not negative", field=f"lines[{n}].unit_price.amount")
        if line.product_id and line.product_id not in catalogue:
            raise Invalid(f"There is no product {line.product_id}", field=f"lines[{n}].product_id")
        if line.product_id and not catalogue[line.product_id]:
            raise Invalid(f"Product {line.product_id} is no longer sold: take it out", field=f"lines[{n}].product_id")
        check_charges(line, f"lines[{n}]")
    # Twice the sum leaves room for any tax.
    if sum(line.quantity * line.unit_price.amount + asked_charges(line) for line in lines) * 2 > LARGEST:
        raise Invalid(f"The lines come to more than an order may: {LARGEST:,} with any tax", field="lines")
