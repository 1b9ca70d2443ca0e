"""The sums of a CSV's column: signs, currencies and brackets around them, and which sign stands before the cents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.account_mgmt.domain.bank.transfers import amount

_SIGNS = {"€": "EUR", "£": "GBP", "₴": "UAH", "zł": "PLN", "грн": "UAH", "грн.": "UAH", "$": "", "US$": "USD"}
_AROUND = re.compile(
    r"(?P<before>[A-Z]{3}|US\$|[€£₴$])?\s*(?P<digits>[+\-−–]?\s*[\d\s.,'’\xa0]*\d[+\-−]?)\s*"
    r"(?P<after>[A-Za-z]{3}|[€£₴$]|zł|грн\.?)?\s*(?P<word>CR|DR|Cr|Dr|C|D)?"
)
_BEHIND = re.compile(r"([.,])(\d+)\D*$")


@dataclass(frozen=True)
class Sum:
    """A sum as it stands there, below zero for money that went; `currency` if it is named beside it."""

    value: Decimal
    currency: str = ""


def cents_sign(cells: Sequence[str]) -> str:
    """`.` or `,` if the column shows which of them stands before the cents; empty if it does not."""
    votes = set()
    for cell in cells:
        found = _BEHIND.search(cell)
        both = "." in cell and "," in cell
        if found and (both or len(found[2]) != 3):
            votes.add(found[1])
    return votes.pop() if len(votes) == 1 else ""


def read(text: str, cents: str = "") -> Sum:
    """`1 234,56 €`, `(5.00)`, `-1,234.56`, `UAH 12`, `5.00 CR`. With `cents`, `1,234` is no longer in doubt.

    Raises ValueError for what is no sum, or might be two.
    """
    plain = text.strip()
    in_brackets = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1].strip() if in_brackets else plain
    sign = -1 if in_brackets else 1
    if plain[:1] in "-−–" and plain[1:2] and not plain[1:2].isdigit():
        sign, plain = -sign, plain[1:].strip()
    found = _AROUND.fullmatch(plain)
    if found is None:
        raise ValueError(f"'{text[:40]}' is not an unambiguous amount")
    digits = found["digits"].replace("–", "-").replace("−", "-").replace("\xa0", "")
    if cents and not ("." in digits and "," in digits):
        digits = digits.replace("," if cents == "." else ".", "")
        if digits.count(cents) == 1 and cents == ",":
            digits = digits.replace(",", ".")
    value = sign * _exactly(digits, text, cents)
    if (found["word"] or "").upper() in ("DR", "D"):
        value = -abs(value)
    named = found["before"] or found["after"] or ""
    return Sum(value, _SIGNS.get(named, named.upper()))


def _exactly(digits: str, text: str, cents: str) -> Decimal:
    plain = re.sub(r"[\s'’]", "", digits)
    # The column says where the cents begin: three digits behind that sign are no thousands.
    if cents and re.fullmatch(r"[+\-]?\d+\.\d{3,}[+\-]?", plain):
        whole, _, rest = plain.strip("+-").partition(".")
        if rest[2:].strip("0"):
            raise ValueError(f"'{text[:40]}' has parts of a cent")
        return amount(("-" if "-" in plain else "") + f"{whole}.{rest[:2]}")
    try:
        return amount(plain)
    except ValueError:
        raise ValueError(f"'{text[:40]}' is not an unambiguous amount") from None
