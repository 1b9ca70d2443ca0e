"""Sums of an order: rounded in one place, half up; nets line by line, tax once per rate on the sum of its lines.

So EN 16931 wants it (BR-CO-17), and offers of tier 2 are added up alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from services.account_mgmt.domain.units import PIECE
from services.chassis.currencies import decimals, rounded
from services.chassis.records import Record

CENT = Decimal("0.01")
DEFAULT_CURRENCY = "UAH"


class PricedLine(Record):
    """A line with its amounts to the cent: `net` before tax and after the discount, and its share of its rate's tax."""

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
) -> PricedLine:
    """Amounts of a line by itself, in the minor unit of its currency: the discount is off the sum, rounded once.

    What an order of several is taxed, `taxed` says.
    """
    net = rounded(quantity * unit_price * (100 - discount_percent) / 100, currency)
    return PricedLine(
        product_id=product_id,
        description=description,
        quantity=quantity,
        unit_price=unit_price,
        tax_percent=tax_percent,
        net=net,
        tax=_tax(net, tax_percent, currency),
        discount_percent=discount_percent,
    )


def taxed(lines: Sequence[PricedLine], currency: str) -> list[PricedLine]:
    """The same lines with the tax of each rate rounded once, on its sum: 40 of 0.02 at 19 % are taxed 0.15.

    A line's share is what its rate's tax grows by with it, so that lines add up to the rate.
    """
    sums: dict[Decimal, Decimal] = {}
    found = []
    for line in lines:
        before = sums.get(line.tax_percent, Decimal(0))
        after = sums[line.tax_percent] = before + line.net
        grown = _tax(after, line.tax_percent, currency) - _tax(before, line.tax_percent, currency)
        found.append(line.model_copy(update={"tax": grown}))
    return found


def _tax(net: Decimal, percent: Decimal, currency: str) -> Decimal:
    return rounded(net * percent / 100, currency)


def totals(lines: Sequence[PricedLine]) -> tuple[Decimal, Decimal]:
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
