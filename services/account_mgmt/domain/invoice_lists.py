"""Invoices in lists: what one row says, what was asked for, and what it all comes to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.chassis.records import Record

View = Literal["open", "late", "paid", "void", "all"]
_NUMBER = re.compile(r"(?:(?P<entity>[A-Z][A-Z0-9]{0,9})-)?(?:(?P<year>\d{4})-)?(?P<count>\d{1,18})")


class BriefInvoice(Record):
    """An invoice as a row; `paid_at` is the last of its money."""

    id: str
    number: str
    customer_id: str
    company: str
    state: str
    total: Decimal
    open_amount: Decimal
    currency: str
    issued_at: datetime
    due_at: datetime
    overdue: bool
    dunning: int
    paused_until: datetime | None = None
    collected_at: datetime | None = None
    paid_at: datetime | None


class CurrencySum(Record):
    """Of one currency: how many invoices, what they come to, what is open, and what of that is late."""

    currency: str
    invoices: int
    total: Decimal
    open: Decimal
    late: Decimal


@dataclass(frozen=True)
class InvoiceNumber:
    """What was typed of an invoice's number: at least the digits that it ends with."""

    count: int
    year: int | None = None
    entity: str | None = None

    @classmethod
    def read(cls, text: str) -> InvoiceNumber | None:
        """`42`, `2026-000042` or `LR-2026-000042`; none for what cannot be a number of an invoice."""
        found = _NUMBER.fullmatch(re.sub(r"\s", "", text).upper())
        if not found:
            return None
        year = int(found["year"]) if found["year"] else None
        return cls(int(found["count"]), year, found["entity"])

    @property
    def pattern(self) -> str:
        """What the whole number is like, for SQL's LIKE."""
        return f"{self.entity or '%'}-{self.year or '____'}-%"


@dataclass(frozen=True)
class InvoiceQuery:
    """Which invoices are asked for; `since` and `until` bound their issue, `manager` whose customers they are of."""

    view: View = "open"
    customer_id: str | None = None
    manager: str | None = None
    currency: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    number: InvoiceNumber | None = None

    @property
    def is_by_due_date(self) -> bool:
        """Whether the list is of what is owed, the longest due first, and not by date of issue."""
        return self.view in ("open", "late")

    @property
    def is_of_all_time(self) -> bool:
        """Whether all that is owed is asked for, by whoever it is: by nobody in particular, and of no month."""
        return self.is_by_due_date and not (self.customer_id or self.since or self.until or self.number)

    @property
    def is_bounded(self) -> bool:
        """Whether so few are asked for that they can be added up while somebody waits."""
        return bool(self.is_by_due_date or self.customer_id or self.since or self.number)
