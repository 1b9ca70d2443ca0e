"""Overdue money by its age, its customers and the reminders that were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.invoice_lists import BriefInvoice
from services.account_mgmt.domain.reports import DEFAULT_CURRENCY, OpenMoney
from services.chassis.records import Record

AGES = (1, 2, 3, 4)
"""1 to 30 days overdue, 31 to 60, 61 to 90, and more."""
BOUNDS: Mapping[int, tuple[int, int | None]] = {1: (0, 31), 2: (31, 61), 3: (61, 91), 4: (91, None)}
"""Of each age: overdue for so many days at least, and for less than so many."""


class Debtor(Record):
    """A customer with what is overdue in one currency, by age, and what is not due yet.

    `step` is the most reminders that any of it had; so many of its `invoices` rest, or are in `collection`.
    """

    customer_id: str
    company: str
    account_manager: str | None
    manager: str | None
    current: Decimal
    age_1: Decimal
    age_2: Decimal
    age_3: Decimal
    age_4: Decimal
    total: Decimal
    oldest_at: datetime
    step: int
    invoices: int
    resting: int
    collection: int

    def of_age(self, age: int) -> Decimal:
        """What is as old as that."""
        return (self.age_1, self.age_2, self.age_3, self.age_4)[age - 1]


class Step(Record):
    """Overdue invoices after so many reminders; those that rest or are in collection count apart."""

    step: int
    state: str
    invoices: int
    amount: Decimal


@dataclass(frozen=True)
class DebtQuery:
    """Which debts are asked for; everything but the currency may be left open."""

    currency: str
    age: int | None = None
    step: int | None = None
    owner: str = ""


class Aged(Record):
    """What is open in one currency by age; `by_age` has none for what is not due yet."""

    currency: str
    by_age: dict[int | None, OpenMoney]

    @property
    def late(self) -> Decimal:
        """What is overdue."""
        return sum((one.amount for age, one in self.by_age.items() if age), Decimal(0))

    def aged(self, age: int | None) -> Decimal:
        """What is as old as that."""
        return self.by_age[age].amount if age in self.by_age else Decimal(0)


class AgedDebts(Record):
    """All of it: every currency by age, the steps and a page of the debtors of one, and the invoices of one debtor."""

    currencies: list[Aged]
    currency: str
    steps: list[Step]
    debtors: list[Debtor]
    people: dict[str, str]
    next: tuple[Decimal, str] | None = None
    invoices: list[BriefInvoice]
    write_off_limit: Decimal


def by_currency(rows: Sequence[OpenMoney]) -> list[Aged]:
    """What is open, currency by currency, the most overdue first."""
    names = dict.fromkeys(row.currency for row in rows)
    found = [Aged(currency=one, by_age={row.age: row for row in rows if row.currency == one}) for one in names]
    return sorted(found, key=lambda one: (-one.late, one.currency))


def chosen(currencies: Sequence[Aged], wanted: str) -> str:
    """The currency that is shown: the one that is wanted, or that in which most is overdue."""
    return wanted or (currencies[0].currency if currencies else DEFAULT_CURRENCY)
