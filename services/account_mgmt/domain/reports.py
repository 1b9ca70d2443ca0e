"""The tier's figures as they are counted, and what follows: shares with intervals, sums by currency and age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from pydantic import Field

from services.chassis.records import Record
from services.chassis.statistics import difference, wilson
from workflows.contracts.base import Money

Interval = tuple[float, float]
DEFAULT_CURRENCY = "UAH"
_AGES = ("", "1-30", "31-60", "61-90", "over 90")
_NOBODY_HELD_OUT = "Nobody was held out: set hold_out in the policy (0.1 for every tenth nudge) to learn what nudges do"
_HELD_OUT = "Those held out were drawn at random; nudges of the last days may still bring orders"


class ManagerFigures(Record):
    """What one account manager's portfolio does. Customers are as of now, the rest of the period."""

    account_manager: str
    customers: int
    at_risk: int
    lost: int
    nudges: int
    answered_in_time: int
    orders_after_nudge: int
    orders: int
    cross_sold: int = Field(description="Products that a customer bought for the first time, after the first order.")


class Overdue(Record):
    """Overdue money of an account manager's customers, or of unassigned ones, in one currency."""

    account_manager: str | None
    currency: str
    amount: Decimal


class Reached(Record):
    """Customers whose time to order had come, and how many of them ordered within the days."""

    customers: int
    ordered: int


class OpenMoney(Record):
    """Open invoices of one currency and age. `age` numbers the classes of days overdue; none if not yet due."""

    currency: str
    age: int | None
    invoices: int
    amount: Decimal


class Credit(Record):
    """What customers paid too much in one currency."""

    currency: str
    amount: Decimal


class MonthlyChurn(Record):
    """Who was there when a month began, and who left in it."""

    month: str
    customers: int
    lost: int


class Retention(Record):
    """Customers at risk, and how many are expected to be still there."""

    at_risk: int
    expected_alive: float | None = Field(description="Sum of all retention probabilities, over the customers in care.")


class CrossSale(Record):
    """A product that customers bought for the first time after something else."""

    product_id: str
    currency: str
    customers: int
    net: Decimal


class Breadth(Record):
    """How many customers buy more than one product."""

    customers: int = Field(description="Customers with orders in the period.")
    with_more_than_one: int = Field(description="Of those, who have bought more than one product so far.")


class Group(Reached):
    """One side of the comparison, with the share that ordered."""

    share: float | None
    interval: Interval | None = Field(description="Wilson's, 95 %.")


class NudgeComparison(Record):
    """Orders after a nudge against orders without. A fair comparison needs nudges held out at random: `hold_out`."""

    start: datetime
    end: datetime
    within_days: int
    nudged: Group
    held_out: Group
    difference: float | None = Field(description="Share of the nudged minus share of those held out.")
    interval: Interval | None = Field(description="Of the difference; Newcombe's, 95 %. Above zero: nudges work.")
    note: str


class OverdueBucket(Record):
    """Overdue money by how long it is overdue."""

    days: str
    invoices: int
    amount: Money


class MoneyOwed(Record):
    """What customers owe now."""

    open: list[Money]
    overdue: list[OverdueBucket]
    credit: list[Money] = Field(description="What customers paid too much.")


def share(part: int, of: int) -> float | None:
    """A part of a whole; none of nothing."""
    return part / of if of else None


def compare_nudges(
    nudged: Reached, held_out: Reached, *, start: datetime, end: datetime, within_days: int
) -> NudgeComparison:
    """Do nudges bring orders? Both shares, and their difference with its interval."""
    between = difference(nudged.ordered, nudged.customers, held_out.ordered, held_out.customers)
    first, second = _group(nudged), _group(held_out)
    return NudgeComparison(
        start=start,
        end=end,
        within_days=within_days,
        nudged=first,
        held_out=second,
        difference=first.share - second.share if first.share is not None and second.share is not None else None,
        interval=between,
        note=_HELD_OUT if held_out.customers else _NOBODY_HELD_OUT,
    )


def money_owed(rows: Iterable[OpenMoney], overpaid: Iterable[Credit]) -> MoneyOwed:
    """What is open by currency, what of it is overdue by age, and what was paid too much."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    overdue = []
    for row in rows:
        totals[row.currency] += row.amount
        if row.age:
            amount = Money(amount=row.amount, currency=row.currency)
            overdue.append(OverdueBucket(days=_AGES[row.age], invoices=row.invoices, amount=amount))
    return MoneyOwed(
        open=[Money(amount=amount, currency=currency) for currency, amount in totals.items()],
        overdue=overdue,
        credit=[Money(amount=one.amount, currency=one.currency) for one in overpaid],
    )


def _group(reached: Reached) -> Group:
    part, of = reached.ordered, reached.customers
    return Group(customers=of, ordered=part, share=share(part, of), interval=wilson(part, of))
