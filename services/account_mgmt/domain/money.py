"""Sums of an order: rounded in one place, half up; nets line by line, tax once per rate on the sum of its lines.

So EN 16931 wants it (BR-CO-17), and offers of tier 2 are added up alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Protocol

from pydantic import Field

from services.account_mgmt.domain.line_charges import PricedCharge, sum_of
from services.account_mgmt.domain.units import PIECE
from services.chassis.currencies import decimals, rounded
from services.chassis.records import Record

CENT = Decimal("0.01")
DEFAULT_CURRENCY = "UAH"


class Summed(Protocol):
    """Whatever has a sum before tax, and a share of a tax."""

    @property
    def net(self) -> Decimal:
        """Before tax."""

    @property
    def tax(self) -> Decimal:
        """Its share of the tax of its rate."""


class PricedLine(Record):
    """A line with its amounts to the cent: `net` before tax, after the discount and with its charges, and its share of
    its rate's tax."""

    product_id: str | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    discount_percent: Decimal = Decimal(0)
    unit: str = PIECE
    tax_category: str = ""
    tax_reason: str = ""
    charges: list[PricedCharge] = Field(default_factory=list)

    @property
    def piece_price(self) -> Decimal:
        """What one piece cost after the discount; not rounded."""
        return self.unit_price * (100 - self.discount_percent) / 100


def to_cents(amount: Decimal) -> Decimal:
    """Round half up to two places."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def price(
    product_id: str | None,
    description: str,
    quantity: Decimal,
    unit_price: Decimal,
    tax_percent: Decimal,
    *,
    currency: str = DEFAULT_CURRENCY,
    discount_percent: Decimal = Decimal(0),
    charges: Sequence[PricedCharge] = (),
) -> PricedLine:
    """Amounts of a line by itself, in the minor unit of its currency: the discount is off the sum, rounded once, and
    its charges come on top.

    What an order of several is taxed, `taxed` says.
    """
    net = rounded(quantity * unit_price * (100 - discount_percent) / 100, currency) + sum_of(charges)
    return PricedLine(
        product_id=product_id,
        description=description,
        quantity=quantity,
        unit_price=unit_price,
        tax_percent=tax_percent,
        net=net,
        tax=_tax(net, tax_percent, currency),
        discount_percent=discount_percent,
        charges=list(charges),
    )


def taxed(lines: Sequence[PricedLine], currency: str) -> list[PricedLine]:
    """The same lines with the tax of each rate rounded once, on its sum: 40 of 0.02 at 19 % are taxed 0.15.

    A line's share is what its rate's tax grows by with it, so that lines add up to the rate.
    """
    shares = tax_shares([(line.tax_percent, line.net) for line in lines], currency)
    return [line.model_copy(update={"tax": share}) for line, share in zip(lines, shares, strict=True)]


def tax_shares(nets: Sequence[tuple[Decimal, Decimal]], currency: str) -> list[Decimal]:
    """Of each (rate, net) in a row: by how much the tax of its rate, rounded once on the sum, grows with it."""
    sums: dict[Decimal, Decimal] = {}
    found = []
    for rate, net in nets:
        before = sums.get(rate, Decimal(0))
        after = sums[rate] = before + net
        found.append(_tax(after, rate, currency) - _tax(before, rate, currency))
    return found


def in_proportion(parts: Sequence[Decimal], amount: Decimal, coin: Decimal) -> list[Decimal]:
    """The amount in proportion to these parts, in whole coins: those that remain go where most was cut off.

    Together the parts are above zero; if the amount is not more than they are, no part gets more than it is.
    """
    whole = sum(parts, Decimal(0))
    exact = [part * amount / whole for part in parts]
    shares = [(one / coin).quantize(Decimal(1), ROUND_DOWN) * coin for one in exact]
    missing = int((amount - sum(shares, Decimal(0))) / coin)
    for at in sorted(range(len(parts)), key=lambda n: shares[n] - exact[n])[:missing]:
        shares[at] += coin
    return shares


def _tax(net: Decimal, percent: Decimal, currency: str) -> Decimal:
    return rounded(net * percent / 100, currency)


def totals(lines: Sequence[Summed]) -> tuple[Decimal, Decimal]:
    """(total with tax, tax): sums of rounded amounts, so that what is printed adds up."""
    tax = sum((line.tax for line in lines), Decimal("0.00"))
    return sum((line.net for line in lines), Decimal("0.00")) + tax, tax


def rate_sums(lines: Sequence[tuple[Decimal, Decimal, Decimal]]) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Lines of (rate, net, tax) as one line per rate, the highest rate first."""
    rates = sorted({rate for rate, _, _ in lines}, reverse=True)
    return [
        (
            rate,
            sum((net for other, net, _ in lines if other == rate), Decimal(0)),
            sum((tax for other, _, tax in lines if other == rate), Decimal(0)),
        )
        for rate in rates
    ]


def grouped(amount: Decimal, currency: str = DEFAULT_CURRENCY) -> str:
    """`1234567.5` -> `1 234 567,50`, with narrow spaces that do not break; no decimals in yen."""
    return f"{amount:,.{decimals(currency)}f}".replace(",", "\u202f").replace(".", ",")


def number(entity: str, kind: str, year: int, count: int) -> str:
    """`LR-2026-000042` for invoices, `LR-CN-2026-000007` for credit notes."""
    middle = f"-{kind}" if kind else ""
    return f"{entity}{middle}-{year}-{count:06d}"
