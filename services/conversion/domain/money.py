"""Exact money: the only place of tier 2 that rounds, and an offer's totals.

A discount lowers each unit price, so the lines of the order that follows add up to the offer to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, ConfigDict

from services.chassis.errors import Invalid
from workflows.contracts.base import Money, OrderLine

CENT = Decimal("0.01")
LARGEST = Decimal("99999999999999.99")
_HUNDRED = Decimal(100)


class Totals(BaseModel):
    """What an offer comes to. `subtotal` is before discount, `net` before tax, `total` is to be paid."""

    model_config = ConfigDict(frozen=True)

    subtotal: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    currency: str


def cents(amount: Decimal) -> Decimal:
    """Round to whole cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """`percent` per cent of an amount, in whole cents."""
    return cents(amount * percent / _HUNDRED)


def line_total(line: OrderLine) -> Decimal:
    """Quantity times unit price, in whole cents."""
    return cents(line.quantity * line.unit_price.amount)


def discounted(lines: Sequence[OrderLine], discount_percent: Decimal) -> list[OrderLine]:
    """The lines at the prices the customer pays, before tax."""
    return [
        line.model_copy(
            update={
                "unit_price": Money(
                    amount=cents(line.unit_price.amount * (_HUNDRED - discount_percent) / _HUNDRED),
                    currency=line.unit_price.currency,
                )
            }
        )
        for line in lines
    ]


def net_of(lines: Sequence[OrderLine]) -> Decimal:
    """Sum of the lines before tax."""
    return sum((line_total(line) for line in lines), Decimal("0.00"))


def totals(lines: Sequence[OrderLine], *, discount_percent: Decimal, tax_percent: Decimal) -> Totals:
    """Totals of checked lines."""
    subtotal, net = net_of(lines), net_of(discounted(lines, discount_percent))
    tax = percent_of(net, tax_percent)
    return Totals(
        subtotal=subtotal,
        discount=subtotal - net,
        net=net,
        tax=tax,
        total=net + tax,
        currency=lines[0].unit_price.currency,
    )


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
