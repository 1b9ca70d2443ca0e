"""Who has what: the portfolios of all account managers at this moment, and whether they are fairly shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from services.account_mgmt.domain.account_managers import Absence, AccountManager
from services.account_mgmt.domain.day import DoneToday, DueCustomer
from services.account_mgmt.domain.portfolio import Reassignment, TakenOver
from services.chassis.records import Record

UNEVEN = 1.25
"""So many times the fair share is told to a supervisor: below, it is the chance of who was won when."""


class Sum(Record):
    """Money of somebody's customers in one currency; `person` is none where nobody looks after them."""

    person: str | None
    currency: str
    amount: Decimal


class Load(Record):
    """What lies with an account manager: customers in care, and those to turn to today, late ones among them."""

    id: str
    customers: int
    at_risk: int
    open: int
    late: int
    complaints: int


class Lying(Record):
    """What lies with each account manager, and what the customers on their lists should bring."""

    loads: list[Load]
    expected: list[Sum]


class Held(Record):
    """An account manager with the portfolio, and today's list of it: customers to turn to, late ones among them."""

    id: str
    name: str
    active: bool
    capacity: int
    away_until: datetime | None = None
    cover: str | None = None
    customers: int = 0
    at_risk: int = 0
    open: int = 0
    late: int = 0
    complaints: int = 0
    done: int = 0
    expected: list[Sum] = Field(default_factory=list)
    overdue: list[Sum] = Field(default_factory=list)

    @property
    def load(self) -> float | None:
        """How much of the capacity is in use; none where there is no capacity."""
        return self.customers / self.capacity if self.capacity else None

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another customer."""
        return self.active and 0 < self.capacity <= self.customers


class Undecided(Record):
    """What nobody but a supervisor sees to."""

    debts: int
    transfers: int
    nobodys: int

    @property
    def in_all(self) -> int:
        """All of it."""
        return self.debts + self.transfers + self.nobodys


class Portfolios(Record):
    """Everybody's portfolios at a moment."""

    now: datetime
    people: list[Held]
    undecided: Undecided
    expected: list[Sum]
    overdue: list[Sum]

    @property
    def customers(self) -> int:
        """Customers in somebody's care."""
        return sum(one.customers for one in self.people)

    @property
    def capacity(self) -> int:
        """Of everybody who takes customers."""
        return sum(one.capacity for one in self.people if one.active)

    def total(self, name: str) -> int:
        """One of the counts, of everybody."""
        return sum(getattr(one, name) for one in self.people)

    def fair(self, one: Held) -> int | None:
        """How many customers would be this person's fair share, by capacity; none for whoever takes none."""
        if not one.active or not one.capacity:
            return None
        return round(self.customers * one.capacity / self.capacity)

    def is_uneven(self, one: Held) -> bool:
        """Whether this person has plainly more than a fair share."""
        fair = self.fair(one)
        return fair is not None and one.customers > max(fair * UNEVEN, fair + 2)


def totals(sums: Iterable[Sum]) -> list[Sum]:
    """What it comes to by currency, the most first."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in sums:
        found[one.currency] += one.amount
    in_order = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [Sum(person=None, currency=currency, amount=amount) for currency, amount in in_order]


def put_together(people: Sequence[Held], expected: Sequence[Sum], overdue: Sequence[Sum]) -> list[Held]:
    """Everybody with their sums, first those with most that is late or complained of, else as they came.

    Those who have left and have nothing any more are left out.
    """
    theirs, late = _by_person(expected), _by_person(overdue)
    found = [
        one.model_copy(update={"expected": totals(theirs[one.id]), "overdue": totals(late[one.id])}) for one in people
    ]
    there = [one for one in found if one.active or one.customers or one.open]
    return sorted(there, key=lambda one: (not one.active, -one.late - one.complaints))


def _by_person(sums: Iterable[Sum]) -> Mapping[str, list[Sum]]:
    found: dict[str, list[Sum]] = defaultdict(list)
    for one in sums:
        found[one.person or ""].append(one)
    return found


class Receiver(Record):
    """Who gets how many customers of a take-over, some of them by name; without `person` they stay where they are."""

    person: str | None
    customers: int
    companies: list[str]
    why: str


class Plan(Record):
    """What a take-over would do; `left` customers would still be there."""

    receivers: list[Receiver]
    given: int
    left: int


class Person(Record):
    """An account manager's page: today's list with the late ones of it, what was done today, and who covers when."""

    manager: AccountManager
    listed: list[DueCustomer]
    late: set[str]
    done: list[DoneToday]
    absences: list[Absence]
    people: dict[str, str]
    segments: list[str]
    plan: Plan | None = None

    def shown(self, *, late_only: bool) -> list[DueCustomer]:
        """The list, or the late ones of it."""
        return [one for one in self.listed if one.customer_id in self.late or not late_only]


_NAMED = 5


def plan_of(plan: TakenOver, companies: Mapping[str, str]) -> Plan:
    """A take-over by whoever receives, who gets most first."""
    found: dict[str | None, list[Reassignment]] = defaultdict(list)
    for one in plan.items:
        found[one.account_manager].append(one)
    receivers = [
        Receiver(
            person=person,
            customers=len(items),
            companies=[companies[one.customer_id] for one in items if one.customer_id in companies][:_NAMED],
            why=items[-1].why if person is None else "",
        )
        for person, items in sorted(found.items(), key=lambda item: (item[0] is None, -len(item[1])))
    ]
    return Plan(receivers=receivers, given=sum(one.customers for one in receivers if one.person), left=plan.left)
