from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrelay.demo import decisions, rates
from leadrelay.demo.callers import outcome_body
from leadrelay.demo.counts import Counts, leads_by_place
from leadrelay.demo.customers import agreements, due_payment
from leadrelay.demo.deals import Move, lines_of, next_move
from leadrelay.demo.dice import Dice
from leadrelay.demo.people import CATALOGUE, PATHS, SCRIPT
from services.account_mgmt.domain.contracts import check_first
from services.account_mgmt.schemas.contracts import NewContract
from services.account_mgmt.seed import CATALOGUE as SEEDED
from workflows.contracts.account_mgmt import NudgeOutcome
from workflows.contracts.base import OrderLine
from workflows.contracts.lead_gen import CallOutcome

NOW = datetime(2024, 5, 27, 9, tzinfo=UTC)


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_the_contracts_of_the_sample_can_be_made_on_any_day(today: date) -> None:
    for body in agreements(today):
        made = NewContract.model_validate(body)
        check_first(made.first_on, today)
        assert made.first_on <= today
        assert {line.product_id for line in made.lines} <= {product_id for product_id, *_ in SEEDED}


@pytest.mark.parametrize("attempt", range(1, 8))
def test_the_outcomes_of_a_dial_add_up_to_one(attempt: int) -> None:
    assert sum(rates.dial(attempt).values()) == pytest.approx(1)
    assert set(rates.dial(attempt)) == set(CallOutcome)


def test_every_other_distribution_adds_up_to_one() -> None:
    for weights in (rates.CONVERSATION, rates.UNREACHED, rates.NUDGE, rates.PAYMENT):
        assert sum(weights.values()) == pytest.approx(1)
    assert set(rates.NUDGE) == set(NudgeOutcome)


def test_interest_follows_the_data() -> None:
    assert pytest.approx(0.1186, abs=1e-4) == rates.INTERESTED_PER_CONVERSATION
    assert pytest.approx(268 / 6371) == rates.dial(2)[CallOutcome.INTERESTED]


def test_dice_give_the_rates_they_are_asked_for() -> None:
    dice = Dice("rates")
    drawn = Counter(decisions.call(dice, 2).outcome for _ in range(20_000))
    for outcome, share in rates.dial(2).items():
        assert drawn[outcome] / 20_000 == pytest.approx(share, abs=0.01)


@given(st.text(), st.integers())
def test_the_same_facts_give_the_same_decisions(seed: str, item: int) -> None:
    def story() -> list[object]:
        dice = Dice(seed, item)
        return [decisions.call(dice, 1), decisions.deal(dice), decisions.nudge(dice), decisions.payment(dice)]

    assert story() == story()


def test_different_people_decide_differently() -> None:
    stories = {tuple(decisions.call(Dice(1, person, n), 2).outcome for n in range(20)) for person in "abcdef"}
    assert len(stories) == 6


@given(st.integers())
def test_dice_stay_inside_their_bounds(seed: int) -> None:
    dice = Dice(seed)
    assert 2 <= dice.whole(2, 4) <= 4
    assert dice.pick("ab") in "ab"
    assert dice.weigh({"never": 0.0, "always": 1.0}) == "always"


@given(st.integers(), st.integers(1, 6))
def test_an_outcome_carries_what_its_rule_asks_for(seed: int, attempt: int) -> None:
    ended = decisions.call(Dice(seed), attempt)
    body = outcome_body({"token": 7, "script": {"version": 3}}, ended)
    assert body["token"] == 7
    assert ("callback_at" in body) == (ended.outcome is CallOutcome.CALLBACK)
    assert ("question" in body) == (ended.outcome is CallOutcome.HARD_QUESTION)
    assert ("reason" in body) == (ended.outcome is CallOutcome.NOT_INTERESTED)
    if "callback_at" in body:
        assert datetime.fromisoformat(body["callback_at"]) > datetime.now(UTC)


def test_paths_lead_through_the_script() -> None:
    nodes: dict[str, Any] = SCRIPT["nodes"]  # type: ignore[assignment]
    for path in PATHS.values():
        for here, there in pairwise(path):
            after = nodes[here]["next"]
            assert there in (after.values() if isinstance(after, dict) else (after,))


def test_order_lines_are_what_the_contract_takes() -> None:
    for line in lines_of(tuple((service, 2) for service in CATALOGUE)):
        assert OrderLine.model_validate(line).quantity == Decimal(2)


def deal(**facts: Any) -> dict[str, Any]:
    usual = {"id": "d", "stage": "accepted", "question": None, "question_answered_at": None, "qualification": None}
    return usual | {"timeline": [], "meetings": [], "offers": []} | facts


def plan(**changes: Any) -> decisions.DealPlan:
    usual: dict[str, Any] = {
        "opportunity": True, "meets": True, "no_show": False, "discount": 0, "wins": True, "loss": "price",
        "sleeps_for": None, "publishes": False, "lines": ((CATALOGUE[0], 1),),
    }  # fmt: skip
    return decisions.DealPlan(**(usual | changes))


def meeting(state: str, ends_in: int) -> dict[str, Any]:
    return {"id": "m", "state": state, "ends_at": (NOW + timedelta(seconds=ends_in)).isoformat()}


QUALIFIED = {"stage": "qualified", "qualification": {"need": "trucks"}}
MET = QUALIFIED | {"meetings": [meeting("held", -9)]}


@pytest.mark.parametrize(
    ("how", "facts", "expected"),
    [
        (plan(), {"stage": "won"}, Move.WAIT),
        (plan(), {"stage": "asleep"}, Move.WAIT),
        (plan(), {"question": "insured?"}, Move.ANSWER),
        (plan(), {"question": "insured?", "question_answered_at": NOW.isoformat()}, Move.QUALIFY),
        (plan(), {}, Move.QUALIFY),
        (plan(opportunity=False), QUALIFIED, Move.LOSE),
        (plan(), QUALIFIED, Move.BOOK),
        (plan(), QUALIFIED | {"meetings": [meeting("booked", 5)]}, Move.WAIT),
        (plan(), QUALIFIED | {"meetings": [meeting("booked", -1)]}, Move.HELD),
        (plan(no_show=True), QUALIFIED | {"meetings": [meeting("booked", -1)]}, Move.NO_SHOW),
        (plan(meets=False), QUALIFIED, Move.OFFER),
        (plan(), MET, Move.OFFER),
        (plan(), MET | {"offers": [{"id": "o", "state": "awaiting_approval"}]}, Move.WAIT),
        (plan(), MET | {"offers": [{"id": "o", "state": "sent"}]}, Move.ACCEPT),
        (plan(wins=False), MET | {"offers": [{"id": "o", "state": "sent"}]}, Move.LOSE),
        (plan(), MET | {"offers": [{"id": "o", "state": "accepted"}]}, Move.WIN),
        (plan(), MET | {"offers": [{"id": "o", "state": "rejected"}]}, Move.OFFER),
    ],
)
def test_a_manager_reads_the_next_move_from_the_deal(
    how: decisions.DealPlan, facts: dict[str, Any], expected: Move
) -> None:
    assert next_move(how, deal(**facts), NOW)[0] is expected


def invoice(paid: str, due_in: int) -> dict[str, Any]:
    due = (NOW + timedelta(seconds=due_in)).isoformat()
    rest = {"amount": str(Decimal("100.01") - Decimal(paid))}
    return {"number": "7", "total": {"amount": "100.01"}, "paid": {"amount": paid}, "open_amount": rest, "due_at": due}


@pytest.mark.parametrize(
    ("habit", "paid", "due_in", "amount"),
    [
        ("full", "0.00", 9, "100.01"),
        ("partial", "0.00", 9, "50.00"),
        ("partial", "50.00", 9, None),
        ("partial", "50.00", -1, "50.01"),
        ("late", "0.00", 9, None),
        ("late", "0.00", -1, "100.01"),
        ("never", "0.00", -1, None),
    ],
)
def test_customers_pay_by_habit(habit: str, paid: str, due_in: int, amount: str | None) -> None:
    payment = due_payment(habit, invoice(paid, due_in), NOW)
    assert (payment.amount if payment else None) == (Decimal(amount) if amount else None)


def test_every_lead_is_counted_in_one_place() -> None:
    stages = {
        "lead_gen": {"new": 1, "calling": 2, "resting": 4, "not_interested": 8, "do_not_call": 16},
        "conversion": {"handed_over": 32, "offered": 64, "accepted": 128, "won": 256, "lost": 512, "asleep": 1024},
        "account_mgmt": {"active": 2048, "at_risk": 4096, "lost": 8192},
    }
    counts = Counts(**leads_by_place(stages))
    assert counts.leads == sum(sum(stage.values()) for stage in stages.values())
    assert (counts.new, counts.calling, counts.handed_over, counts.in_deals) == (1, 2, 32 + 64, 128 + 256)
    assert (counts.customers, counts.resting, counts.closed) == (2048 + 4096, 4 + 1024, 8 + 16 + 512 + 8192)
