"""Charges of a single line: what comes on top of its goods, within its net and its tax (EN 16931, BG-28)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.code_lists import WHY_CHARGED
from services.chassis.errors import Invalid
from services.chassis.meanings import printable
from services.chassis.records import Record
from workflows.contracts.base import Money, OrderLine

MOST_OF_LINE = 10
"""Charges that one line may have."""
_ZERO = Decimal("0.00")


class LineCharge(Record):
    """A charge of a line as it is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=1, max_length=200, description="As it stands on the invoice, such as `Tail lift`.")
    reason_code: str = Field(default="", max_length=3, description="UNTDID 7161, such as FC. May be left out.")
    amount: Money = Field(description="Before tax, on top of quantity times price less the discount.")


class ChargedLine(OrderLine):
    """A line of an order, which may have charges of its own; they are taxed as it is."""

    charges: list[LineCharge] = Field(
        default_factory=list, max_length=MOST_OF_LINE, description="What comes on top of this line alone."
    )


class PricedCharge(Record):
    """A charge of a line as it is kept: `amount` is before tax, in the currency of the order."""

    reason: str
    reason_code: str = ""
    amount: Decimal


def charges_of(line: OrderLine) -> Sequence[LineCharge]:
    """The charges of a line; one that was sold by tier 2 has none."""
    return line.charges if isinstance(line, ChargedLine) else ()


def priced_charges(line: OrderLine) -> list[PricedCharge]:
    """The charges of a line as they are kept."""
    return [
        PricedCharge(reason=printable(one.reason), reason_code=one.reason_code.upper(), amount=one.amount.amount)
        for one in charges_of(line)
    ]


def sum_of(charges: Sequence[PricedCharge]) -> Decimal:
    """What they come to before tax."""
    return sum((one.amount for one in charges), _ZERO)


def asked_charges(line: OrderLine) -> Decimal:
    """What all charges that were asked for a line come to."""
    return sum((one.amount.amount for one in charges_of(line)), _ZERO)


def check_charges(line: OrderLine, at: str) -> None:
    """Raises Invalid, naming the field below `at`, for what no charge of this line can be."""
    for n, one in enumerate(charges_of(line)):
        field = f"{at}.charges[{n}]"
        if one.amount.currency != line.unit_price.currency:
            raise Invalid(f"The line is in {line.unit_price.currency}: so is this", field=f"{field}.amount.currency")
        if one.amount.amount <= 0:
            raise Invalid("A charge is above zero", field=f"{field}.amount.amount")
        if one.reason_code and one.reason_code.upper() not in WHY_CHARGED:
            raise Invalid(f"{one.reason_code} is not a code of UNTDID 7161", field=f"{field}.reason_code")
