"""Figures of the tier: portfolios, what nudges do, money that is late, who leaves, what else is sold."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Self

from pydantic import Field

from services.account_mgmt.domain.rates import Rates
from services.account_mgmt.domain.reports import (
    DEFAULT_CURRENCY,
    Breadth,
    CrossSale,
    Interval,
    ManagerFigures,
    MoneyOwed,
    MonthlyChurn,
    NudgeComparison,
    Overdue,
    Retention,
    share,
)
from services.chassis.http import Model
from services.chassis.statistics import wilson
from workflows.contracts.base import Money


class ManagerReport(ManagerFigures):
    """What one account manager's portfolio does. Customers and overdue money are as of now, the rest of the period."""

    overdue: Money = Field(description="In the currency of which most is overdue.")
    overdue_all: list[Money]

    @classmethod
    def with_overdue(cls, figures: ManagerFigures, overdue: Iterable[Overdue]) -> Self:
        """From the records; `overdue` is everybody's, the most first."""
        own = [
            Money(amount=one.amount, currency=one.currency)
            for one in overdue
            if one.account_manager == figures.account_manager
        ]
        nothing = Money(amount=Decimal(0), currency=DEFAULT_CURRENCY)
        return cls(**dict(figures), overdue=own[0] if own else nothing, overdue_all=own)


class NudgeReport(NudgeComparison):
    """Orders after a nudge against orders without. A fair comparison needs nudges held out at random: `hold_out`."""


class MoneyReport(MoneyOwed):
    """What customers owe now."""


class ChurnMonth(MonthlyChurn):
    """Who was there when a month began, and who left in it."""

    share: float | None
    interval: Interval | None

    @classmethod
    def with_share(cls, month: MonthlyChurn) -> Self:
        """From the record."""
        lost = share(month.lost, month.customers)
        return cls(**dict(month), share=lost, interval=wilson(month.lost, month.customers))


class ChurnReport(Retention):
    """Who leaves, month by month, and who may be next."""

    months: list[ChurnMonth]


class CrossSold(Model):
    """A product that customers bought besides what they came for."""

    product_id: str
    customers: int
    net: Money

    @classmethod
    def of(cls, sale: CrossSale) -> Self:
        """From the record."""
        net = Money(amount=sale.net, currency=sale.currency)
        return cls(product_id=sale.product_id, customers=sale.customers, net=net)


class CrossSellReport(Breadth):
    """What was sold besides: first orders of a product by customers who had bought something else before."""

    items: list[CrossSold]


class RatesReport(Rates, Model):
    """What a plan takes from the records."""
