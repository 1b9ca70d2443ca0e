"""What is read from the elements of a camt file: texts and amounts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from services.account_mgmt.domain.bank.transfers import MAX_AMOUNT, tidy

_DECIMAL = re.compile(r"\+?\d{1,20}(?:\.\d{0,20})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}")
Element = Any


def text_at(element: Element, *paths: str) -> str:
    """The text at the first of these paths that has any."""
    for path in paths:
        found = tidy(element.findtext(path))
        if found:
            return found
    return ""


def amount_of(element: Element | None) -> tuple[Decimal, str]:
    """An amount above zero with its currency; the decimal sign of XML is always a point. Raises ValueError."""
    text = "" if element is None else tidy(element.text)
    amount = Decimal(text) if _DECIMAL.fullmatch(text) else Decimal(0)
    if not 0 < amount <= MAX_AMOUNT or amount != round(amount, 2):
        raise ValueError(f"'{text[:40]}' is not an amount above zero with two decimals")
    currency = "" if element is None else element.get("Ccy", "")
    if not _CURRENCY.fullmatch(currency):
        raise ValueError("the amount has no currency (Ccy)")
    return round(amount, 2), currency


def is_nothing(element: Element | None) -> bool:
    """Whether this amount is there, and zero."""
    text = "" if element is None else tidy(element.text)
    return bool(_DECIMAL.fullmatch(text)) and not Decimal(text)


def is_true(text: str) -> bool:
    """An indicator of XML."""
    return text.lower() in ("true", "1")
