"""Money as it comes in: currencies by ISO 4217, each with its own minor unit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Annotated, Final

from babel.core import get_global
from pydantic import AfterValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from services.chassis.meanings import at_the_door
from workflows.contracts import base

# Decimals by ISO 4217, where they are not two. CLDR's figures are those of daily life, e.g. none for HUF.
_DECIMALS: Final = dict.fromkeys(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"], 0
) | (dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3))
MOST_DECIMALS: Final = 2
"""What amounts are kept with: fils and millimes beyond it are refused."""
LARGEST: Final = Decimal("99999999999999.99")
"""The largest amount that is accepted. Sums of amounts are larger, and have no bound."""


@cache
def currencies() -> frozenset[str]:
    """Codes of what is legal tender somewhere today (ISO 4217)."""
    countries = get_global("territory_currencies").values()
    return frozenset(code for used in countries for code, _, until, tender in used if tender and until is None)


def decimals(currency: str) -> int:
    """How many decimals an amount in this currency has here: its minor unit, at most two."""
    return min(_DECIMALS.get(currency, 2), MOST_DECIMALS)


def minor_unit(currency: str) -> Decimal:
    """The smallest amount in this currency, e.g. 0.01."""
    return Decimal(1).scaleb(-decimals(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the minor unit of the currency, half up; always written with two decimals."""
    return amount.quantize(minor_unit(currency), ROUND_HALF_UP).quantize(Decimal("0.01"))


def check_currency(code: str) -> str:
    """The code of a currency that is in use. Raises ValueError."""
    if code not in currencies():
        raise ValueError(f"'{code[:20]}' is not a currency code of ISO 4217 in use, such as UAH")
    return code


def check_amount(amount: Decimal, currency: str) -> None:
    """Raises ValueError for an amount that is too large, or finer than the currency's minor unit."""
    # First of all: what is far too large cannot even be rounded.
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise ValueError(f"an amount is at most {LARGEST:,}")
    if amount != rounded(amount, currency):
        places = decimals(currency)
        allowed = "no decimals" if places == 0 else f"at most {places} decimals"
        raise ValueError(f"an amount in {currency} has {allowed}")


def check_money(money: base.Money, *place: str) -> None:
    """Raises ValidationError, naming `currency` or `amount` below `place`, for money that cannot be paid."""
    try:
        field = "currency"
        check_currency(money.currency)
        field = "amount"
        check_amount(money.amount, money.currency)
    except ValueError as error:
        raise refused("Money", str(error), getattr(money, field), *place, field) from None


def refused(kind: str, why: str, value: object, *place: str) -> ValidationError:
    """The refusal of one value of a body of this kind, at its place in it."""
    reason = PydanticCustomError("refused", "{reason}", {"reason": why})
    return ValidationError.from_exception_data(kind, [InitErrorDetails(type=reason, loc=place, input=value)])


def _payable(money: base.Money) -> base.Money:
    check_money(money)
    return money


Currency = Annotated[str, at_the_door(check_currency)]
"""ISO 4217 code of a currency in use, e.g. UAH."""

Money = Annotated[base.Money, AfterValidator(_payable)]
"""Money in a request: `{"amount": "12.30", "currency": "UAH"}`, no finer than the currency's minor unit."""
