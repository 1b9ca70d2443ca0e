"""The customer card from facts: why now, what to say, how they pay, and the evidence of what is offered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.account_mgmt.domain.card import CardFacts, build_card, why_now
from services.account_mgmt.domain.suggestions import Suggestion
from workflows.contracts.base import ContactCard

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
FORECAST = {
    "speaker": "own gaps", "expected_low": NOW, "expected_at": NOW + 3 * DAY, "expected_high": NOW + 9 * DAY,
    "p_alive": 0.91234, "p_buys": 0.5, "order_value": 100, "expected_value": 50, "fit_version": 1, "at": NOW,
}  # fmt: skip


def owed(number: str, currency: str, amount: str, *, overdue: bool) -> dict[str, Any]:
    return {
        "id": number, "number": number, "due_at": NOW, "total": amount, "open": amount, "currency": currency,
        "overdue": overdue,
    }  # fmt: skip


def facts(**values: Any) -> CardFacts:
    usual: dict[str, Any] = {
        "id": "c",
        "contact": ContactCard(lead_id="c", company="Wind Ltd", language="en"),
        "segment": "freight",
        "state": "active",
        "account_manager": "oleh",
        "remind_by": "call",
        "policy": {},
        "orders": 2,
        "placed": [NOW - 60 * DAY, NOW - 30 * DAY],
        "forecast": None,
        "habit": {"invoices": 0, "days": None, "on_time": None},
        **{name: [] for name in ("bought", "needs", "people", "never_offer", "owed", "work", "offer")},
    }
    return CardFacts.of({**usual, **values})


@pytest.mark.parametrize("language", ["en", "uk"])
def test_one_order_makes_no_rhythm_to_speak_of(language: str) -> None:
    contact = ContactCard(lead_id="c", company="Wind Ltd", language=language)
    card = build_card(facts(contact=contact, orders=1, placed=[NOW - 30 * DAY]), NOW)
    assert card.say
    assert "usually" not in card.say and "Зазвичай" not in card.say


@pytest.mark.parametrize("state", ["lost", "cancelled"])
def test_nothing_is_offered_to_whoever_has_left(state: str) -> None:
    assert build_card(facts(state=state), NOW).say == ""


@pytest.mark.parametrize(("gap", "days"), [(30.4444 * DAY, 30.44), (timedelta(minutes=3), 3 / 1440)])
def test_a_rhythm_of_less_than_a_day_is_not_rounded_away(gap: timedelta, days: float) -> None:
    placed = [NOW - 2 * gap, NOW - gap, NOW]
    habit = {"invoices": 1, "days": gap / DAY, "on_time": 1.0}
    policy = {"shortest_interval": "PT1M", "longest_interval": "P90D"}
    card = build_card(facts(orders=3, placed=placed, habit=habit, policy=policy), NOW)
    assert card.rhythm["interval_days"] == pytest.approx(days, abs=1e-5)
    assert card.payment.average_days == pytest.approx(days, abs=0.06 if days > 1 else 1e-5)


def test_the_rhythm_in_words_is_the_customers_own_however_often_the_policy_reminds() -> None:
    placed = [NOW - 60 * DAY, NOW - 30 * DAY, NOW]
    policy = {"shortest_interval": "PT10S", "longest_interval": "PT60S"}
    card = build_card(facts(orders=3, placed=placed, policy=policy), NOW)
    assert card.rhythm["interval_days"] == 30


def test_the_card_says_why_now_and_what_to_say() -> None:
    bought = [{"product_id": "ftl", "description": "Full truck", "quantity": 2.0, "times": 2, "last_at": NOW}]
    card = build_card(facts(bought=bought), NOW)
    assert card.why_now == "The next order is due on 2026-03-02, by its own rhythm over 2 orders"
    assert "30 days ago you ordered Full truck" in card.say
    assert card.last_purchase == {"at": NOW - 30 * DAY, "days_ago": 30}
    assert [(one.role, one.name) for one in card.people] == [("first contact", "Wind Ltd")]


def test_a_forecast_goes_before_the_usual_gap() -> None:
    rhythm = build_card(facts(forecast=FORECAST), NOW).rhythm
    assert (rhythm["next_expected_at"], rhythm["p_alive"], rhythm["by"]) == (NOW + 3 * DAY, 0.912, "own gaps")


def test_a_customer_who_never_ordered_has_nothing_to_be_reminded_of() -> None:
    card = build_card(facts(orders=0, placed=[]), NOW)
    assert (card.why_now, card.say, card.last_purchase) == ("Has not ordered yet", "", None)


@pytest.mark.parametrize(
    ("expected", "orders", "sentence"),
    [
        (NOW - DAY, 1, "The next order was due on 2026-03-01, by the usual rhythm of new customers over 1 order"),
        (NOW + DAY, 3, "The next order is due on 2026-03-03, by its own rhythm over 3 orders"),
    ],
)
def test_why_now_is_a_sentence(expected: datetime, orders: int, sentence: str) -> None:
    assert why_now(expected, NOW, orders) == sentence


def test_open_and_overdue_money_is_summed_per_currency() -> None:
    rows = [
        owed("1", "UAH", "10.00", overdue=True), owed("2", "UAH", "5.00", overdue=False),
        owed("3", "EUR", "7.00", overdue=True),
    ]  # fmt: skip
    payment = build_card(facts(owed=rows, habit={"invoices": 3, "days": 11.27, "on_time": 2 / 3}), NOW).payment
    assert [(one.currency, one.amount) for one in payment.open] == [("EUR", Decimal(7)), ("UAH", Decimal(15))]
    assert [(one.currency, one.amount) for one in payment.overdue] == [("EUR", Decimal(7)), ("UAH", Decimal(10))]
    assert (payment.invoices_paid, payment.average_days, payment.on_time) == (3, 11.3, 0.667)


def test_work_is_named_with_its_note() -> None:
    work = [
        {"kind": "complaint", "payload": {"note": "late"}},
        {"kind": "dunning", "payload": {"number": "LR-1"}},
        {"kind": "nudge", "payload": {}},
    ]
    assert build_card(facts(work=work), NOW).on_list_because == [
        "They complained: late", "An invoice is overdue: LR-1", "The next order is due",
    ]  # fmt: skip


def test_a_product_that_only_a_need_speaks_for_has_no_figures() -> None:
    figures = dict.fromkeys(("support", "confidence", "lift", "share", "buyers", "because_of"))
    found = Suggestion.of({"product_id": "p", "name": "P", "need": "clearance", **figures})
    assert (found.evidence, found.support) == ("they said: clearance", 0)
    assert Suggestion.of(found) == found
