"""Discounts and charges of a whole order while it is put together: as they were typed, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.account_mgmt.domain.allowances import (
    DISCOUNT,
    FREIGHT,
    PACKING,
    AllowanceCharge,
    Kind,
    PricedAllowance,
    price_allowances,
)
from services.account_mgmt.domain.money import PricedLine
from services.account_mgmt.domain.tax_categories import Treatment
from services.account_mgmt.domain.typed_numbers import TypedNumberError, read_number
from services.chassis.currencies import LARGEST, decimals
from services.chassis.errors import Invalid
from services.chassis.meanings import is_legible
from services.chassis.records import Record
from workflows.contracts.base import Money

SORTS: Final[dict[str, tuple[Kind, str]]] = {
    "off": ("allowance", DISCOUNT),
    "freight": ("charge", FREIGHT),
    "packing": ("charge", PACKING),
    "small_order": ("charge", ""),
    "other": ("charge", ""),
}
"""What the form offers: its kind, and the code by which e-invoices know it."""


class DraftExtra(Record):
    """As it was typed: `value` is `5 %` or `120,50`, `rate` a rate or empty. Without words, its sort names it."""

    sort: str = "off"
    value: str = ""
    reason: str = ""
    rate: str = ""


@dataclass(frozen=True)
class ShownExtra:
    """With what it changes the sum before tax by; `fault` is a word for what is wrong with it."""

    typed: DraftExtra
    words: str
    asked: AllowanceCharge | None = None
    net: Decimal | None = None
    fault: str = ""


@dataclass(frozen=True)
class Extras:
    """All of a draft: as they are shown, and priced as far as nothing is wrong."""

    shown: Sequence[ShownExtra] = ()
    priced: Sequence[PricedAllowance] = ()

    @property
    def asked(self) -> list[AllowanceCharge]:
        """As an order takes them; for a draft that is ready."""
        return [one.asked for one in self.shown if one.asked]


NO_EXTRAS: Final = Extras()


def show_extras(
    typed: Sequence[DraftExtra],
    lines: Sequence[PricedLine],
    currency: str,
    words: Mapping[str, str],
    treat: Callable[[Decimal], Treatment],
) -> Extras:
    """What each comes to off and on top of these lines, or what is wrong with it. `words` are what each sort is called
    on a document."""
    good: list[AllowanceCharge] = []
    priced: list[PricedAllowance] = []
    shown = []
    for one in typed:
        called = one.reason.strip() or words.get(one.sort, "")
        asked, fault = _asked(one, called, currency)
        net = None
        if asked:
            try:
                with_it = price_allowances([*good, asked], lines, currency, treat) if lines else []
                net = sum((part.net for part in with_it), Decimal(0)) - sum((part.net for part in priced), Decimal(0))
                good, priced = [*good, asked], with_it
            except Invalid as refused:
                fault = "no_rate" if (refused.field or "").endswith("tax_percent") else "too_much"
        shown.append(ShownExtra(one, called, None if fault else asked, net, fault))
    return Extras(shown, priced)


def _asked(one: DraftExtra, called: str, currency: str) -> tuple[AllowanceCharge | None, str]:
    """(as an order takes it, what is wrong with it)."""
    if one.sort not in SORTS or not is_legible(called):
        return None, "no_words"
    text = one.value.strip()
    is_percent = text.endswith("%")
    most, places = (Decimal(100), 6) if is_percent else (LARGEST, decimals(currency))
    try:
        number = read_number(text.removesuffix("%"), places=places, most=most)
    except TypedNumberError as error:
        return None, "over_hundred" if is_percent and error.fault == "too_large" else error.fault
    kind, code = SORTS[one.sort]
    return AllowanceCharge(
        kind=kind,
        reason=called,
        reason_code=code,
        percent=number if is_percent else None,
        amount=None if is_percent else Money(amount=number, currency=currency),
        tax_percent=_rate(one.rate),
    ), ""


def _rate(text: str) -> Decimal | None:
    try:
        return read_number(text, places=2, most=Decimal(100), may_be_none=True) if text else None
    except TypedNumberError:
        return None
