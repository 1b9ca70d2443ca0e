"""Figures of the tier: portfolios, what nudges do, money that is late, who leaves, what else is sold."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.http import Model
from workflows.contracts.base import Money

Interval = tuple[float, float]


class ManagerReport(Model):
    """What one account manager's portfolio does. Customers and overdue money are as of now, the rest of the period."""

    account_manager: str
    customers: int
    at_risk: int
    lost: int
    nudges: int
    answered_in_time: int
    orders_after_nudge: int
    orders: int
    cross_sold: int = Field(description="Products that a customer bought for the first time, after his first order.")
    overdue: Money = Field(description="In the currency of which most is overdue.")
    overdue_all: list[Money]


class Group(Model):
    """Customers whose time to order had come, and how many of them ordered within the days."""

    customers: int
    ordered: int
    share: float | None
    interval: Interval | None = Field(description="Wilson's, 95 %.")


class NudgeReport(Model):
    """Orders after a nudge against orders without. A fair comparison needs nudges left out by chance: `hold_out`."""

    start: datetime
    end: datetime
    within_days: int
    nudged: Group
    held_out: Group
    difference: float | None = Field(description="Share of the nudged minus share of those left out.")
    interval: Interval | None = Field(description="Of the difference; Newcombe's, 95 %. Above zero: nudges work.")
    note: str


class Bucket(Model):
    """Overdue money by how long it is overdue."""

    days: str
    invoices: int
    amount: Money


class MoneyReport(Model):
    """What is owed to the house now."""

    open: list[Money]
    overdue: list[Bucket]
    credit: list[Money] = Field(description="What customers paid too much.")


class ChurnMonth(Model):
    """Who was there when a month began, and who left in it."""

    month: str
    customers: int
    lost: int
    share: float | None
    interval: Interval | None


class ChurnReport(Model):
    """Who leaves, month by month, and who may be next."""

    months: list[ChurnMonth]
    at_risk: int
    expected_alive: float | None = Field(description="Sum of all chances to be there, over the customers in care.")


class CrossSold(Model):
    """A product that customers bought besides what they came for."""

    product_id: str
    customers: int
    net: Money


class CrossSellReport(Model):
    """What was sold besides: first orders of a product by customers who had bought something else before."""

    items: list[CrossSold]
    customers: int = Field(description="Customers with orders in the period.")
    with_more_than_one: int = Field(description="Of those, who have bought more than one product so far.")
