"""A take-over: who gets which of a manager's deals."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from services.conversion.domain.routing import Candidate
from services.conversion.domain.take_over import distribute, may_receive
from tests.unit.conversion.test_deals import a_deal

ANNA, BORYS, CLARA = Candidate("anna"), Candidate("borys"), Candidate("clara")
DEALS = [a_deal(id=f"d-{number}") for number in range(6)]


def test_the_deals_go_to_the_others_in_fair_shares_and_never_back() -> None:
    plan = distribute([ANNA, BORYS, replace(CLARA, weight=2)], DEALS, leaving="anna")
    assert [handed.deal.id for handed in plan] == [deal.id for deal in DEALS]
    assert Counter(handed.manager for handed in plan) == {"borys": 2, "clara": 4}


def test_a_full_manager_gets_no_more_and_deals_without_a_receiver_say_why() -> None:
    plan = distribute([ANNA, replace(BORYS, capacity=2, load=1)], DEALS[:3], leaving="anna")
    assert [handed.manager for handed in plan] == ["borys", None, None]
    assert plan[-1].why == "nobody who fits is free: it waits for the first of them"


def test_deals_are_given_to_people_off_duty_and_over_their_quota_but_not_to_absent_ones() -> None:
    others = [ANNA, replace(BORYS, on_duty=False, quota=1, today=1), replace(CLARA, absent=True)]
    assert {handed.manager for handed in distribute(others, DEALS, leaving="anna")} == {"borys"}


def test_a_named_manager_gets_all_of_them() -> None:
    plan = distribute([ANNA, replace(BORYS, capacity=0)], DEALS, leaving="anna", to="borys")
    assert {(handed.manager, handed.why) for handed in plan} == {("borys", "named by the supervisor")}


def test_only_another_active_manager_can_receive() -> None:
    everybody = [ANNA, BORYS, replace(CLARA, active=False)]
    assert may_receive(everybody, "borys", leaving="anna")
    assert not may_receive(everybody, "anna", leaving="anna")
    assert not may_receive(everybody, "clara", leaving="anna")
    assert not may_receive(everybody, "nobody", leaving="anna")
