"""A take-over: who gets which of a manager's deals."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.conversion.domain.calendar import ALWAYS, OFFICE
from services.conversion.domain.diaries import Diary, unable
from services.conversion.domain.routing import Candidate, Wanted, route
from services.conversion.domain.take_over import distribute, may_receive
from services.conversion.domain.turns import Turns
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


KINDS = st.sampled_from([None, "uk", "pl"])
PEOPLE = st.lists(
    st.builds(
        Candidate,
        id=st.sampled_from([f"m-{number}" for number in range(8)]),
        languages=st.lists(st.sampled_from(["uk", "pl"]), max_size=1),
        weight=st.integers(1, 3),
        days=st.integers(0, 5),
        capacity=st.integers(0, 6),
        load=st.integers(0, 5),
        assigned=st.integers(0, 9),
        active=st.booleans(),
        absent=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda who: who.id,
)


@given(everybody=PEOPLE, languages=st.lists(KINDS, max_size=12), busy=st.lists(st.sets(st.integers(0, 7)), max_size=12))
def test_turns_give_every_deal_to_whom_the_routing_would_give_it(
    everybody: list[Candidate], languages: list[str | None], busy: list[set[int]]
) -> None:
    turns, there = Turns([replace(who) for who in everybody]), {who.id: who for who in everybody}
    for number, language in enumerate(languages):
        out = busy[number] if number < len(busy) else set()
        wanted = Wanted(language=language, excluded=frozenset(f"m-{one}" for one in out))
        chosen, expected = turns.next(wanted), route(list(there.values()), wanted).manager
        assert (chosen.id if chosen else None) == expected
        if chosen is not None:
            turns.give(chosen)
            who = there[chosen.id]
            there[who.id] = replace(who, load=who.load + 1, assigned=who.assigned + 1)


def test_a_plan_in_short_gives_the_deals_to_the_same_people_and_names_only_them() -> None:
    everybody = [ANNA, BORYS, replace(CLARA, capacity=2)]
    long, short = (distribute(everybody, DEALS, leaving="anna", in_short=short) for short in (False, True))
    assert [one.manager for one in short] == [one.manager for one in long]
    assert [len(one.routing.considered) for one in short if one.routing] == [1] * len(DEALS)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 9)), max_size=4), st.integers(0, 100), st.integers(1, 30))
def test_who_cannot_come_is_who_has_a_hindrance(taken: list[tuple[int, int]], opens: int, lasts: int) -> None:
    monday = datetime(2026, 11, 30, tzinfo=UTC)
    stretches = [(monday + timedelta(hours=at), monday + timedelta(hours=at + length)) for at, length in taken]
    diaries = {
        "free": Diary("Free", True, ALWAYS),
        "busy": Diary("Busy", True, ALWAYS, taken=stretches),
        "away": Diary("Away", True, ALWAYS, away=stretches),
        "workdays": Diary("Workdays", True, OFFICE),
        "left": Diary("Left", False, ALWAYS),
    }
    time = (monday + timedelta(hours=opens), monday + timedelta(hours=opens + lasts))
    hindered = {one for one, diary in diaries.items() if diary.hindrance(*time)}
    assert unable(diaries, {"deal": [time]}) == {"deal": hindered}
