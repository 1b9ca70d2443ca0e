"""What follows from the counted figures."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from services.account_mgmt.domain.reports import (
    Credit,
    ManagerFigures,
    NudgeComparison,
    OpenMoney,
    Overdue,
    Reached,
    compare_nudges,
    money_owed,
)
from services.account_mgmt.schemas.reports import ManagerReport
from workflows.contracts.base import Money

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def compare(nudged: tuple[int, int], held_out: tuple[int, int]) -> NudgeComparison:
    first, second = (Reached(customers=of, ordered=part) for part, of in (nudged, held_out))
    return compare_nudges(first, second, start=START, end=END, within_days=30)


def test_the_difference_lies_in_its_interval() -> None:
    found = compare((60, 100), (20, 100))
    assert found.difference == pytest.approx(0.4)
    assert found.interval is not None
    low, high = found.interval
    assert 0 < low < 0.4 < high
    assert (found.nudged.share, found.held_out.share) == (pytest.approx(0.6), pytest.approx(0.2))
    assert "at random" in found.note


@pytest.mark.parametrize(("nudged", "held_out"), [((5, 10), (0, 0)), ((0, 0), (1, 10)), ((0, 0), (0, 0))])
def test_without_one_of_the_groups_nothing_is_claimed(nudged: tuple[int, int], held_out: tuple[int, int]) -> None:
    found = compare(nudged, held_out)
    assert (found.difference, found.interval) == (None, None)
    assert ("hold_out" in found.note) == (held_out[1] == 0)


def test_open_money_is_summed_by_currency_and_overdue_money_by_age() -> None:
    def row(currency: str, age: int | None, amount: str) -> OpenMoney:
        return OpenMoney(currency=currency, age=age, invoices=2, amount=Decimal(amount))

    found = money_owed(
        [row("EUR", None, "5.00"), row("UAH", 1, "10.00"), row("UAH", 4, "20.00"), row("UAH", None, "30.00")],
        [Credit(currency="UAH", amount=Decimal("7.00"))],
    )
    assert [(one.currency, one.amount) for one in found.open] == [("EUR", Decimal(5)), ("UAH", Decimal(60))]
    assert [(one.days, one.amount.amount) for one in found.overdue] == [("1-30", Decimal(10)), ("over 90", Decimal(20))]
    assert [one.amount for one in found.credit] == [Decimal(7)]


def test_an_account_manager_is_shown_their_own_overdue_money_the_most_first() -> None:
    counted = (
        "customers",
        "at_risk",
        "lost",
        "nudges",
        "answered_in_time",
        "orders_after_nudge",
        "orders",
        "cross_sold",
    )
    figures = ManagerFigures.of({"account_manager": "oleh", **dict.fromkeys(counted, 0)})
    overdue = [
        Overdue(account_manager=who, currency=currency, amount=Decimal(amount))
        for who, currency, amount in (("oleh", "EUR", "9.00"), ("larysa", "UAH", "8.00"), ("oleh", "UAH", "7.00"))
    ]
    found = ManagerReport.with_overdue(figures, overdue)
    assert found.overdue == Money(amount=Decimal("9.00"), currency="EUR")
    assert [one.currency for one in found.overdue_all] == ["EUR", "UAH"]
    nothing = ManagerReport.with_overdue(figures, [])
    assert (nothing.overdue, nothing.overdue_all) == (Money(amount=Decimal(0), currency="UAH"), [])
