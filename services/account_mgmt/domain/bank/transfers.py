"""What every format of a bank statement is read into."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

MAX_ROWS = 20_000
MAX_AMOUNT = Decimal("99999999999999.99")
_PLAIN = re.compile(r"\d+(?:[.,]\d{1,2})?", re.ASCII)
# The last: thousands, lakhs and crores as India writes them.
_GROUPED = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d{1,2}(?:,\d{2})+,\d{3}\.\d{1,2}",
    re.ASCII,
)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
# What banks write where there is no reference.
_NO_REFERENCE = {"", "NOTPROVIDED", "NONREF", "-"}


@dataclass(frozen=True)
class Transfer:
    """Money that came, or (with `reversal`) a booking that the bank undid. `amount` is above zero, in `currency`.

    A reversal that is `taken` is of money that had come; any other brings money of ours back. `unlabelled` are the
    payer's account, name and tax id and the purpose as they were before labels within the purpose were read.
    """

    line: int
    account: str
    booked_on: date
    amount: Decimal
    currency: str
    payer_name: str = ""
    payer_iban: str = ""
    payer_tax_id: str = ""
    purpose: str = ""
    reference: str = ""
    reversal: bool = False
    taken: bool = False
    unlabelled: Sequence[str] = ()


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be understood: its line in the file, and why."""

    line: int
    reason: str


@dataclass
class Parsed:
    """A file's rows: transfers, the number of outgoing ones (which pay no invoice), and bad rows.

    `gaps`: what the file's own totals say is missing from it, each with the line where that shows.
    """

    format: str
    transfers: list[Transfer] = field(default_factory=list)
    outgoing: int = 0
    bad: list[BadRow] = field(default_factory=list)
    gaps: list[BadRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return len(self.transfers) + self.outgoing + len(self.bad)


def tidy(text: str | None) -> str:
    """White space of all kinds folded, characters that no text may hold gone."""
    return " ".join((text or "").replace("\0", "").split())


def reference(text: str | None) -> str:
    """A bank's reference; empty for the words that stand for none."""
    found = tidy(text)[:100]
    return "" if found.upper() in _NO_REFERENCE else found


def iban(text: str | None) -> str:
    """An account number in one spelling; one that is not an IBAN is kept as it is."""
    return re.sub(r"\s+", "", text or "").replace("\0", "").upper()[:64]


def is_iban(text: str) -> bool:
    """Whether this looks like one."""
    return _IBAN.fullmatch(iban(text)) is not None


def amount(text: str) -> Decimal:
    """`1 234,56`, `1.234,56`, `1,234.56`, `1,23,456.5` or `1234.5`, with a sign before or after it.

    Raises ValueError, also for `1,234`: nobody can tell whether that is a thousand.
    """
    plain = re.sub(r"[\s'’]", "", text).replace("−", "-")
    sign = -1 if plain.startswith("-") or plain.endswith("-") else 1
    digits = plain.strip("+-")
    separators = Counter(character for character in digits if character in ".,")
    if _PLAIN.fullmatch(digits):
        digits = digits.replace(",", ".")
    elif _GROUPED.fullmatch(digits) and separators.total() > 1:
        last = max(digits.rfind("."), digits.rfind(","))
        has_cents = separators[digits[last]] == 1
        whole = re.sub(r"[.,]", "", digits[:last] if has_cents else digits)
        digits = f"{whole}.{digits[last + 1 :]}" if has_cents else whole
    else:
        raise ValueError(f"'{text[:40]}' is not an unambiguous amount")
    found = Decimal(digits)
    if found > MAX_AMOUNT:
        raise ValueError(f"'{text[:40]}' is too large")
    return found * sign


def day(text: str) -> date:
    """`2030-05-06` or `06.05.2030`, with or without a time behind it. Raises ValueError."""
    first = re.split(r"[T ]", text.strip(), maxsplit=1)[0][:16]
    # An XML date may carry its zone; a booking's day is the bank's day.
    iso = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?", first)
    try:
        return date.fromisoformat(iso[1]) if iso else datetime.strptime(first, "%d.%m.%Y").date()
    except ValueError:
        raise ValueError(f"'{text[:40]}' is not a date like 2030-05-06 or 06.05.2030") from None
