"""Exact money: the only place of tier 2 that rounds, and an offer's totals.

A discount is taken off what a line comes to, which is rounded once, half up, to the currency's minor unit; tax is
rounded once per rate, on the sum of its lines (EN 16931, BR-CO-17). The order that follows and its invoice are computed
alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.currencies import LARGEST, minor_unit, rounded
from services.chassis.errors import Invalid
from workflows.contracts.base import Money, OrderLine

CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


class OfferLine(OrderLine):
    """A line of an offer. `unit_price` is before any discount; `list_price` the catalogue's, if it has one."""

    discount_percent: Decimal = Field(default=Decimal(0), ge=0, le=100)
    list_price: Money | None = None
    counts_as: str | None = Field(
        default=None, description="The catalogue's product that a line in free words is taken for."
    )
    needs_approval: str | None = Field(
        default=None, description="Why a supervisor has to look at this line, whatever its price."
    )


class TaxSum(BaseModel):
    """What is taxed at one rate, and the tax on it."""

    model_config = ConfigDict(frozen=True)

    percent: Decimal
    net: Decimal
    tax: Decimal


class Totals(BaseModel):
    """What an offer comes to. `subtotal` is before discount, `net` before tax, `total` is to be paid.

    `effective_discount` is that of the line furthest below its catalogue price: a lowered price is a discount too.
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


def to_unit(amount: Decimal, unit: Decimal) -> Decimal:
    """Round to the smallest unit of a currency, half up; always written with two decimals."""
    return amount.quantize(unit, ROUND_HALF_UP).quantize(CENT)


def percent_of(amount: Decimal, percent: Decimal, unit: Decimal = CENT) -> Decimal:
    """`percent` per cent of an amount, in whole units of its currency."""
    return to_unit(amount * percent / _HUNDRED, unit)


def gross(line: OrderLine) -> Decimal:
    """Quantity times unit price before any discount, in whole units of the currency."""
    return rounded(line.quantity * line.unit_price.amount, line.unit_price.currency)


def line_total(line: OrderLine, discount_percent: Decimal = Decimal(0)) -> Decimal:
    """What a line comes to before tax: its own discount taken off, then the offer's, and rounded once."""
    return rounded(_exact(line, discount_percent), line.unit_price.currency)


def discounted(lines: Sequence[OrderLine], discount_percent: Decimal) -> list[OrderLine]:
    """The lines as they are ordered: at the price a piece is sold for or, where that is no whole number of cents, at
    the full price with the discount, so that each comes to the same sum."""
    return [_discounted(line, discount_percent) for line in lines]


def _discounted(line: OrderLine, discount_percent: Decimal) -> OrderLine:
    left, price = _left(line, discount_percent), line.unit_price
    lowered = Money(amount=rounded(price.amount * left, price.currency), currency=price.currency)
    same = rounded(line.quantity * lowered.amount, price.currency) == line_total(line, discount_percent)
    return OrderLine(
        product_id=line.product_id,
        description=line.description,
        quantity=line.quantity,
        unit_price=lowered if same else price,
        discount_percent=Decimal(0) if same else _plain(_HUNDRED * (1 - left)),
        tax_percent=line.tax_percent,
    )


def _plain(percent: Decimal) -> Decimal:
    return Decimal(f"{percent.normalize():f}")


def net_of(lines: Sequence[OrderLine], discount_percent: Decimal = Decimal(0)) -> Decimal:
    """Sum of the lines before tax."""
    return sum((line_total(line, discount_percent) for line in lines), Decimal("0.00"))


def totals(lines: Sequence[OrderLine], *, discount_percent: Decimal, tax_percent: Decimal) -> Totals:
    """Totals of checked lines; `tax_percent` is for lines that do not say their own."""
    subtotal = sum((gross(line) for line in lines), Decimal("0.00"))
    net = net_of(lines, discount_percent)
    taxes = _taxes(lines, discount_percent, tax_percent)
    tax = sum((one.tax for one in taxes), Decimal("0.00"))
    return Totals(
        subtotal=subtotal,
        discount=subtotal - net,
        net=net,
        tax=tax,
        total=net + tax,
        currency=lines[0].unit_price.currency,
        taxes=taxes,
        effective_discount=cents(deepest_discount(lines, discount_percent)),
    )


def _taxes(lines: Sequence[OrderLine], discount_percent: Decimal, usual: Decimal) -> list[TaxSum]:
    """Tax by rate, the highest first; rounded once, on the sum of what is taxed at it."""
    nets: dict[Decimal, Decimal] = {}
    for line in lines:
        rate = usual if line.tax_percent is None else line.tax_percent
        nets[rate] = nets.get(rate, Decimal("0.00")) + line_total(line, discount_percent)
    currency = lines[0].unit_price.currency
    return [
        TaxSum(percent=rate, net=nets[rate], tax=rounded(nets[rate] * rate / _HUNDRED, currency))
        for rate in sorted(nets, reverse=True)
    ]


def deepest_discount(lines: Sequence[OrderLine], discount_percent: Decimal) -> Decimal:
    """Per cent that the line furthest below its list price is below it, not rounded; never below zero.

    Lines do not make up for each other. A line that has no list price is measured by its own. What rounding takes away
    counts too, over all lines of a product, as soon as it is more than the smallest coin.
    """
    worst = Decimal(0)
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for number, line in enumerate(lines):
        value, key = line.quantity * _listed(line).amount, _product_of(line) or f"\0{number}"
        listed, paid = sums.get(key, (Decimal(0), minor_unit(line.unit_price.currency)))
        sums[key] = (listed + value, paid + line_total(line, discount_percent))
        worst = max(worst, _below(value, _exact(line, discount_percent)))
    return max(worst, *(cents(_below(listed, paid)) for listed, paid in sums.values()))


def _below(listed: Decimal, paid: Decimal) -> Decimal:
    return (listed - paid) / listed * _HUNDRED if listed else Decimal(0)


def _listed(line: OrderLine) -> Money:
    return line.list_price if isinstance(line, OfferLine) and line.list_price else line.unit_price


def _product_of(line: OrderLine) -> str | None:
    return (line.counts_as if isinstance(line, OfferLine) else None) or line.product_id


def _exact(line: OrderLine, discount_percent: Decimal) -> Decimal:
    return line.quantity * line.unit_price.amount * _left(line, discount_percent)


def _left(line: OrderLine, discount_percent: Decimal) -> Decimal:
    """What is left of a price after the line's own discount and the offer's, as a share of 1."""
    return (_HUNDRED - line.discount_percent) / _HUNDRED * (_HUNDRED - discount_percent) / _HUNDRED


def check_lines(lines: Sequence[OrderLine]) -> None:
    """Raise Invalid, naming the field, for lines that cannot be sold together."""
    for number, line in enumerate(lines):
        if line.unit_price.amount < 0:
            raise Invalid("must not be negative", field=f"lines[{number}].unit_price.amount")
        if line.unit_price.currency != lines[0].unit_price.currency:
            raise Invalid("all lines must be in one currency", field=f"lines[{number}].unit_price.currency")
    # Twice the sum leaves room for any tax rate the policy allows.
    if sum(gross(line) for line in lines) * 2 > LARGEST:
        raise Invalid("the sum of the lines is too large", field="lines")
