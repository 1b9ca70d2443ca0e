"""The latest order once more, in the quantities of today: what it comes to, and which quantity cannot be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.account_mgmt.domain import money
from services.account_mgmt.domain.customer_desk import LastLine
from services.account_mgmt.domain.money import PricedLine
from services.account_mgmt.domain.typed_numbers import MOST_PIECES, Fault, TypedNumberError, read_number


@dataclass(frozen=True)
class Repeat:
    """What the lines come to whose quantity is above zero; `faults` are what is wrong, by the line's words."""

    currency: str
    priced: Sequence[PricedLine]
    faults: Sequence[tuple[str, Fault | Literal["gone"]]]

    @property
    def total(self) -> Decimal:
        """What the customer pays, tax and all."""
        return money.totals(self.priced)[0]

    @property
    def taxes(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """(rate, net, tax) for each rate, the highest first."""
        return money.rate_sums([(one.tax_percent, one.net, one.tax) for one in self.priced])


def quantity_of(text: str) -> Decimal:
    """The pieces that somebody typed; nothing and 0 leave a line out. Raises TypedNumberError."""
    return read_number(text, places=3, most=MOST_PIECES, may_be_none=True)


def repeat(lines: Sequence[LastLine], currency: str, typed: Sequence[str]) -> Repeat:
    """These lines in the quantities that were typed for them, line by line."""
    priced: list[PricedLine] = []
    faults: list[tuple[str, Fault | Literal["gone"]]] = []
    for line, text in zip(lines, typed, strict=False):
        try:
            quantity = quantity_of(text)
        except TypedNumberError as error:
            faults.append((line.description, error.fault))
            continue
        if quantity and not line.active:
            faults.append((line.description, "gone"))
        elif quantity:
            same = (line.product_id, line.description, quantity, line.unit_price, line.tax_percent)
            priced.append(money.price(*same, currency=currency, discount_percent=line.discount_percent))
    return Repeat(currency, money.taxed(priced, currency), faults)
