"""The records behind a figure of tier 3's reports, and figures of outcomes, cohorts, orders and what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from services.chassis.records import Record

Figure = Literal[
    "nudged", "nudged_ordered", "held_out", "held_out_ordered", "outcome", "customers", "at_risk", "lost", "nudges",
    "in_time", "after_nudge", "orders", "cross_sold", "there", "left_in", "came", "ordered", "taken", "refused",
    "needs", "owed", "late_of",
]  # fmt: skip
WITHIN_DAYS = 30
"""Orders within so many days count as brought by a nudge, or as come without one."""
MONTHS = (1, 2, 3, 6, 9, 12)
"""After how many months it is asked whether a customer is still there."""


@dataclass(frozen=True)
class Narrowed:
    """Which of the records: of what period and account manager; `value` is the outcome, source, product or age."""

    start: datetime
    end: datetime
    person: str | None = None
    value: str | None = None


class RecordRow(Record):
    """One record of a figure, with its customer."""

    id: str
    at: datetime
    customer_id: str
    company: str | None
    person: str | None
    note: str | None


@dataclass(frozen=True)
class RecordPage:
    """A page of the records and how many there are in all; `next` is where the following page begins."""

    total: int
    rows: list[RecordRow]
    next: tuple[datetime, str] | None


class OutcomeCount(Record):
    """How many nudges ended so; `unanswered` are those that nobody has answered."""

    outcome: str
    nudges: int


class OrdersOf(Record):
    """Orders of one source and currency."""

    source: str
    currency: str
    orders: int
    net: Decimal


class OrdersIn(Record):
    """Orders of one month: how many, and how many of them were a customer's further ones."""

    month: date
    orders: int
    reorders: int
    customers: int


class Survival(Record):
    """Customers who came in one month, and how many were still there after so many months."""

    month: date
    size: int
    alive: dict[int, int]

    def share(self, months: int) -> float | None:
        """Still there after so many months; none while that is not known of all."""
        return self.alive[months] / self.size if self.size and months in self.alive else None


class Taken(Record):
    """A product besides what customers came for: taken, never to be offered to them again, written down as a need."""

    product_id: str
    name: str
    taken: int
    refused: int
    needs: int


class LateMoney(Record):
    """Open money of one age and currency."""

    age: str
    currency: str
    invoices: int
    amount: Decimal
