"""The sums of a CSV's column: signs, currencies and brackets around them, and which sign stands before the cents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.account_mgmt.domain.bank.transfers import amount
from services.chassis.currencies import currencies, decimals

# A dollar may be of many countries.
_SIGNS = {
    "€": "EUR", "£": "GBP", "₴": "UAH", "zł": "PLN", "грн": "UAH", "грн.": "UAH", "$": "", "US$": "USD", "Kč": "CZK",
    "Ft": "HUF", "₹": "INR", "₺": "TRY", "₪": "ILS", "₸": "KZT", "₾": "GEL", "Fr.": "CHF", "lei": "RON", "euro": "EUR",
}  # fmt: skip
_NUMBERS = {"980": "UAH", "978": "EUR", "840": "USD", "985": "PLN", "826": "GBP", "756": "CHF", "203": "CZK"}
_SIGN = "|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True)))
_AROUND = re.compile(
    rf"(?P<before>[A-Z]{{3}}|{_SIGN})?\s*(?P<digits>[+\-−–]?\s*[\d\s.,'’\xa0]*\d[+\-−–]?)\s*"
    rf"(?P<after>[A-Za-z]{{3}}|{_SIGN})?\s*(?P<word>CR|DR|Cr|Dr|C|D|H|S)?"
)
_IN_HEADER = re.compile(rf"[\(\[, ]\s*(?P<code>[A-Z]{{3}}|{_SIGN})\s*[\)\]]?\s*$")
# Hundredths, by their names: `Сума, коп.`, `Amount (cents)`.
_IN_HUNDREDTHS = re.compile(
    r"\b(?:cents?|centy|pence|kop(?:e?ck|iyk|iek)\w*|коп(?:ійк\w*|ее?к\w*|ейк\w*)?|grosz\w*|minor(?: units?)?)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+")
_BEHIND = re.compile(r"([.,])(\d+)\D*$")


@dataclass(frozen=True)
class Sum:
    """A sum as it stands there, below zero for money that went; `currency` if it is named beside it."""

    value: Decimal
    currency: str = ""


def currency_of_header(header: str) -> str:
    """`UAH` of `Amount (UAH)`, `Credit in UAH` or `Amount (₴)`; empty if it names no currency."""
    found = _IN_HEADER.search(header)
    code = _SIGNS.get(found["code"], found["code"]) if found else ""
    return code if code in currencies() else ""


def currency_of(cell: str) -> str:
    """The code of a currency that is named by its code, its sign or its number."""
    return _SIGNS.get(cell, "") or _SIGNS.get(cell.lower(), "") or _NUMBERS.get(cell, cell.upper())


def currency_above(cells: Iterable[str]) -> str:
    """The one currency that the lines above the rows name, such as `Valued in: CHF`; empty if it is not one."""
    named = {code for cell in cells for code in (cell.strip(), _currency_beside(cell)) if code in currencies()}
    return named.pop() if len(named) == 1 else ""


def _currency_beside(cell: str) -> str:
    try:
        return read(cell).currency
    except ValueError:
        return ""


def without_currency(header: str) -> str:
    """What a header that names its currency says besides, `Credit` of `Credit in UAH`."""
    return re.sub(r"\s+(?:in|en|w|v|в|у)$", "", _IN_HEADER.sub("", header)) if currency_of_header(header) else header


def is_in_hundredths(header: str, cells: Iterable[str]) -> bool:
    """Whether a heading says that its sums are in cents or kopecks, and none of its cells has any of their own."""
    return _IN_HUNDREDTHS.search(header) is not None and not any(re.search(r"[.,]\d", cell) for cell in cells)


def is_signed(cell: str) -> bool:
    """Whether a sum says itself that it went out."""
    return (
        any(one in cell for one in "-−–(")
        or re.search(r"\d\W*(?:[A-Z]{3}\s+)?(?:DR|D|S)$", cell.upper().strip()) is not None
    )


def cents_sign(cells: Sequence[str]) -> str:
    """`.` or `,` if the column shows which of them stands before the cents; empty if it does not."""
    votes = set()
    for cell in cells:
        found = _BEHIND.search(cell)
        both = "." in cell and "," in cell
        if found and (both or len(found[2]) != 3):
            votes.add(found[1])
    return votes.pop() if len(votes) == 1 else ""


def read(text: str, cents: str = "", currency: str = "") -> Sum:
    """`1 234,56 €`, `(5.00)`, `-1,234.56`, `UAH 12`, `5.00 CR`. With `cents`, `1,234` is no longer in doubt, nor is it
    in a `currency` without cents.

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
    named = found["before"] or found["after"] or ""
    code = _SIGNS.get(named, named.upper())
    digits = found["digits"].replace("–", "-").replace("−", "-").replace("\xa0", "")
    if (code or currency) in currencies() and not decimals(code or currency) and _WHOLE.fullmatch(digits.strip("+- ")):
        digits = re.sub("[.,]", "", digits)
    if cents and not ("." in digits and "," in digits):
        digits = digits.replace("," if cents == "." else ".", "")
        if digits.count(cents) == 1 and cents == ",":
            digits = digits.replace(",", ".")
    value = sign * _exactly(digits, text, cents)
    if (found["word"] or "").upper() in ("DR", "D", "S"):
        value = -abs(value)
    return Sum(value, code)


def value(text: str, cents: str) -> Decimal | None:
    """The sum of a cell; none if it is no sum."""
    try:
        return read(text, cents).value
    except ValueError:
        return None


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
    except ValueError as error:
        if "too large" in str(error):
            raise
        raise ValueError(f"'{text[:40]}' is not an unambiguous amount") from None
