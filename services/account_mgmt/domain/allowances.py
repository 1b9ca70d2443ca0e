"""Discounts and charges of a whole order: allowances and charges on document level, as EN 16931 calls them.

Whatever names no rate of tax shares the fate of the lines: it is divided among their taxes, in proportion to what each
is of. So each part has one category and one rate, and goes into the sum that its tax is of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, Field

from services.account_mgmt.domain.code_lists import WHY_CHARGED, WHY_LESS
from services.account_mgmt.domain.money import PricedLine, in_proportion, tax_shares
from services.account_mgmt.domain.tax_categories import Treatment
from services.chassis.currencies import LARGEST, minor_unit, rounded
from services.chassis.errors import Invalid
from services.chassis.meanings import printable
from services.chassis.records import Record
from workflows.contracts.base import Money

Kind = Literal["allowance", "charge"]
MOST = 20
"""Discounts and charges that one order may have."""
DISCOUNT, FREIGHT, PACKING = "95", "FC", "PC"
"""Codes of UNTDID 5189 and 7161."""
_ZERO = Decimal("0.00")
_Tax = tuple[str, Decimal]


class AllowanceCharge(Record):
    """A discount or a charge as it is asked for: an amount, or a percentage of the lines that it is taxed with."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    kind: Kind = Field(description="`allowance` takes something off the lines, `charge` comes on top of them.")
    reason: str = Field(min_length=1, max_length=200, description="As it stands on the invoice, such as `Freight`.")
    reason_code: str = Field(
        default="",
        max_length=3,
        description="UNTDID 5189 for an allowance, such as 95; UNTDID 7161 for a charge, such as FC. May be left out.",
    )
    amount: Money | None = Field(default=None, description="Before tax. Either this or `percent`.")
    percent: Decimal | None = Field(
        default=None, gt=0, le=100, max_digits=9, decimal_places=6, description="Of the sum of the lines, before tax."
    )
    tax_percent: Decimal | None = Field(
        default=None,
        ge=0,
        le=100,
        description="The rate of the lines that it belongs to. If none is named, it is divided among all rates.",
    )


class PricedAllowance(Record):
    """What a discount or a charge comes to in one tax. `base` is what its percentage is of; `amount` has no sign.

    `tax` is its share of the tax of its rate: less than nothing for an allowance.
    """

    kind: Kind
    reason: str
    reason_code: str = ""
    percent: Decimal | None = None
    base: Decimal
    amount: Decimal
    tax_percent: Decimal
    tax_category: str
    tax_reason: str = ""
    tax: Decimal = _ZERO

    @property
    def net(self) -> Decimal:
        """What it changes the sum before tax by."""
        return self.amount if self.kind == "charge" else -self.amount


def check_allowances(asked: Sequence[AllowanceCharge], currency: str) -> None:
    """Raises Invalid, naming the field, for what no order can have, whatever its lines are."""
    for n, one in enumerate(asked):
        at = f"allowance_charges[{n}]"
        if (one.amount is None) == (one.percent is None):
            raise Invalid("Say either an amount or a percentage", field=f"{at}.amount")
        if one.amount is not None and one.amount.currency != currency:
            raise Invalid(f"The lines are in {currency}: so is this", field=f"{at}.amount.currency")
        if one.amount is not None and one.amount.amount <= 0:
            raise Invalid("An amount is above zero: the kind says which way it goes", field=f"{at}.amount.amount")
        codes, name = (WHY_LESS, "5189") if one.kind == "allowance" else (WHY_CHARGED, "7161")
        if one.reason_code and one.reason_code.upper() not in codes:
            raise Invalid(f"{one.reason_code} is not a code of UNTDID {name}", field=f"{at}.reason_code")


def price_allowances(
    asked: Sequence[AllowanceCharge],
    lines: Sequence[PricedLine],
    currency: str,
    treat: Callable[[Decimal], Treatment],
) -> list[PricedAllowance]:
    """What each comes to in each tax of these lines, with its share of that tax.

    `treat` says how a charge is taxed whose rate no line has. Raises Invalid, naming the field.
    """
    check_allowances(asked, currency)
    nets = _nets(lines)
    left = dict(nets)
    found: list[PricedAllowance] = []
    for n, one in enumerate(asked):
        parts = _parts(one, f"allowance_charges[{n}]", nets, left, currency, treat)
        found += parts
        for part in parts:
            if part.kind == "allowance":
                left[_tax_of(part)] -= part.amount
    # Twice the sum leaves room for any tax.
    if sum((part.net for part in found), sum(nets.values(), _ZERO)) * 2 > LARGEST:
        raise Invalid(f"The order comes to more than it may: {LARGEST:,} with any tax", field="allowance_charges")
    return _taxed(found, lines, currency)


def _taxed(extras: Sequence[PricedAllowance], lines: Sequence[PricedLine], currency: str) -> list[PricedAllowance]:
    """With the share of each of its rate's tax: discounts are off the lines alone, so none is of more than they are."""
    order = sorted(range(len(extras)), key=lambda n: extras[n].kind == "charge")
    pairs = [(one.tax_percent, one.net) for one in lines]
    pairs += [(extras[n].tax_percent, extras[n].net) for n in order]
    shares = dict(zip(order, tax_shares(pairs, currency)[len(lines) :], strict=True))
    return [one.model_copy(update={"tax": shares[n]}) for n, one in enumerate(extras)]


def _tax_of(one: PricedLine | PricedAllowance) -> _Tax:
    return one.tax_category, one.tax_percent


def _nets(lines: Sequence[PricedLine]) -> dict[_Tax, Decimal]:
    """What is taxed alike, the highest rate first."""
    found: dict[_Tax, Decimal] = {}
    for line in sorted(lines, key=lambda line: (-line.tax_percent, line.tax_category)):
        found[_tax_of(line)] = found.get(_tax_of(line), _ZERO) + line.net
    return found


def _parts(
    one: AllowanceCharge,
    at: str,
    nets: Mapping[_Tax, Decimal],
    left: Mapping[_Tax, Decimal],
    currency: str,
    treat: Callable[[Decimal], Treatment],
) -> list[PricedAllowance]:
    taxes = [key for key in nets if one.tax_percent in (None, key[1])]
    if not taxes:
        return [_alone(one, at, treat)]
    if one.percent is not None:
        amounts = [rounded(nets[key] * one.percent / 100, currency) for key in taxes]
    else:
        assert one.amount is not None  # noqa: S101 - either of the two is there
        of = nets if one.kind == "charge" else left
        amounts = _divided([of[key] for key in taxes], one.amount.amount, currency)
    if one.kind == "allowance" and any(amount > left[key] for key, amount in zip(taxes, amounts, strict=True)):
        room = sum((left[key] for key in taxes), _ZERO)
        field = f"{at}.amount" if one.percent is None else f"{at}.percent"
        raise Invalid(f"It takes off more than there is: at most {room} {currency} before tax", field=field)
    return [
        _part(one, Treatment(key[0], key[1]), amount, nets[key])  # type: ignore[arg-type]
        for key, amount in zip(taxes, amounts, strict=True)
        if amount
    ]


def _divided(parts: Sequence[Decimal], amount: Decimal, currency: str) -> list[Decimal]:
    """Among lines that all come to nothing, the first tax has the whole."""
    if not any(parts):
        return [amount, *(_ZERO for _ in parts[1:])]
    return in_proportion(parts, amount, minor_unit(currency))


def _alone(one: AllowanceCharge, at: str, treat: Callable[[Decimal], Treatment]) -> PricedAllowance:
    """A charge at a rate that no line has, such as freight that is taxed otherwise than what it brings."""
    assert one.tax_percent is not None  # noqa: S101 - without a rate it goes with the lines
    if one.kind == "allowance" or one.amount is None:
        rate = f"{one.tax_percent.normalize():f}"
        raise Invalid(f"No line has a rate of {rate}: there is nothing it could be of", field=f"{at}.tax_percent")
    return _part(one, treat(one.tax_percent), one.amount.amount, _ZERO)


def _part(one: AllowanceCharge, taxed: Treatment, amount: Decimal, base: Decimal) -> PricedAllowance:
    return PricedAllowance(
        kind=one.kind,
        reason=printable(one.reason),
        reason_code=one.reason_code.upper(),
        percent=one.percent,
        base=base,
        amount=amount,
        tax_percent=taxed.percent,
        tax_category=taxed.category,
        tax_reason=taxed.reason,
    )
