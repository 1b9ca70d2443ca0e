"""Exact money: the only place of tier 2 that rounds, and an offer's totals.

A discount lowers each unit price, so the lines of the order that follows add up to the offer to the cent; tax is
rounded line by line, as the invoice does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.currencies import rounded
from services.chassis.errors import Invalid
from workflows.contracts.base import Money, OrderLine

CENT = Decimal("0.01")
LARGEST = Decimal("99999999999999.99")
_HUNDRED = Decimal(100)


class OfferLine(OrderLine):
    """A line of an offer. `unit_price` is before any discount; `list_price` the catalogue's, if it has one."""

    discount_percent: Decimal = Field(default=Decimal(0), ge=0, le=100)
    list_price: Money | None = None


class TaxSum(BaseModel):
    """What is taxed at one rate, and the tax on it."""

    model_config = ConfigDict(frozen=True)

    percent: Decimal
    net: Decimal
    tax: Decimal


class Totals(BaseModel):
    """What an offer comes to. `subtotal` is before discount, `net` before tax, `total` is to be paid.

    `effective_discount` compares with the catalogue's prices: a lowered price is a discount too.
    """

    model_config = ConfigDict(frozen=True)

    subtotal: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    taxes: list[TaxSum]
    effective_discount: Decimal


def cents(amount: Decimal) -> Decimal:
    """Round to whole cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """`percent` per cent of an amount, in whole cents."""
    return cents(amount * percent / _HUNDRED)


def line_total(line: OrderLine) -> Decimal:
    """Quantity times unit price, in whole units of the currency."""
    return rounded(line.quantity * line.unit_price.amount, line.unit_price.currency)


def discounted(lines: Sequence[OrderLine], discount_percent: Decimal) -> list[OrderLine]:
    """The lines at the prices the customer pays, before tax: the line's own discount first, then the offer's."""
    return [_discounted(line, discount_percent) for line in lines]


def _discounted(line: OrderLine, discount_percent: Decimal) -> OrderLine:
    price = Money(
        amount=rounded(line.unit_price.amount * _left(line, discount_percent), line.unit_price.currency),
        currency=line.unit_price.currency,
    )
    return OrderLine(
        product_id=line.product_id,
        description=line.description,
        quantity=line.quantity,
        unit_price=price,
        tax_percent=line.tax_percent,
    )


def net_of(lines: Sequence[OrderLine]) -> Decimal:
    """Sum of the lines before tax."""
    return sum((line_total(line) for line in lines), Decimal("0.00"))


def totals(lines: Sequence[OrderLine], *, discount_percent: Decimal, tax_percent: Decimal) -> Totals:
    """Totals of checked lines; `tax_percent` is for lines that do not say their own."""
    paid = discounted(lines, discount_percent)
    subtotal, net = net_of(lines), net_of(paid)
    taxes = _taxes(paid, tax_percent)
    tax = sum((one.tax for one in taxes), Decimal("0.00"))
    return Totals(
        subtotal=subtotal,
        discount=subtotal - net,
        net=net,
        tax=tax,
        total=net + tax,
        currency=lines[0].unit_price.currency,
        taxes=taxes,
        effective_discount=_effective(lines, discount_percent),
    )


def _taxes(paid: Sequence[OrderLine], usual: Decimal) -> list[TaxSum]:
    """Tax by rate, the highest first; each line's tax is rounded by itself."""
    sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for line in paid:
        rate = usual if line.tax_percent is None else line.tax_percent
        net, tax = sums.get(rate, (Decimal("0.00"), Decimal("0.00")))
        amount = line_total(line)
        sums[rate] = (net + amount, tax + rounded(amount * rate / _HUNDRED, line.unit_price.currency))
    return [TaxSum(percent=rate, net=sums[rate][0], tax=sums[rate][1]) for rate in sorted(sums, reverse=True)]


def _effective(lines: Sequence[OrderLine], discount_percent: Decimal) -> Decimal:
    """Per cent under the list prices, before any rounding of prices; never below zero."""
    listed = paid = Decimal(0)
    for line in lines:
        price = line.list_price if isinstance(line, OfferLine) and line.list_price else line.unit_price
        listed += line.quantity * price.amount
        paid += line.quantity * line.unit_price.amount * _left(line, discount_percent)
    if listed <= paid:
        return Decimal("0.00")
    return cents((listed - paid) / listed * _HUNDRED)


def _left(line: OrderLine, discount_percent: Decimal) -> Decimal:
    """What is left of a price after the line's own discount and the offer's, as a share of 1."""
    own = line.discount_percent if isinstance(line, OfferLine) else Decimal(0)
    return (_HUNDRED - own) / _HUNDRED * (_HUNDRED - discount_percent) / _HUNDRED


def check_lines(lines: Sequence[OrderLine]) -> None:
    """Raise Invalid, naming the field, for lines that cannot be sold together."""
    for number, line in enumerate(lines):
        if line.unit_price.amount < 0:
            raise Invalid("must not be negative", field=f"lines[{number}].unit_price.amount")
        if line.unit_price.currency != lines[0].unit_price.currency:
            raise Invalid("all lines must be in one currency", field=f"lines[{number}].unit_price.currency")
    # Twice the net leaves room for any tax rate the policy allows.
    if net_of(lines) * 2 > LARGEST:
        raise Invalid("the sum of the lines is too large", field="lines")
