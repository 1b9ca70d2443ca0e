"""The model against closed forms of queueing theory, and against common sense."""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import replace
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simpy import Environment, Event

from services.ops.domain.planner.assumptions import House, People
from services.ops.domain.planner.department import Person, Stock, Tally
from services.ops.domain.planner.luck import Luck, draw_luck
from services.ops.domain.planner.models import MODELS, run_once
from services.ops.domain.planner.runs import simulate

SMALL = House(People(2, 16, 100), People(1, 40, 200), People(1, 40, 200), weeks=4, leads=300, customers=20)
LEADS = 20_000


def erlang_c_wait(arrivals: float, service: float, servers: int) -> float:
    """Mean wait in an M/M/c queue (A. K. Erlang 1917), in the unit of `service`, the mean time of one."""
    load = arrivals * service
    last = load**servers / factorial(servers) * servers / (servers - load)
    waits = last / (sum(load**k / factorial(k) for k in range(servers)) + last)
    return waits * service / (servers - load)


@pytest.mark.parametrize(("servers", "busy"), [(1, 0.5), (1, 0.7), (3, 0.7), (5, 0.8)])
def test_waits_at_the_hand_over_are_those_of_an_m_m_c_queue(servers: int, busy: float) -> None:
    chance, service = random.Random(7), 30.0
    arrivals = busy * servers / service
    env, stock, tally = Environment(), Stock(), Tally()
    luck = Luck(
        rates={"open_deals": 10.0**9, "cooled_a_day": 1.0},
        arrives=[],
        answers_at=[],
        talk_minutes=[],
        first_minutes=[chance.expovariate(1 / service) for _ in range(LEADS)],
        interest=[],
        temper=[1.0] * LEADS,
        decision=[],
        touches=[0] * LEADS,
        pool=[],
        rhythms=[],
    )

    def come() -> Generator[Event, None, None]:
        for lead in range(LEADS):
            yield env.timeout(chance.expovariate(arrivals))
            stock.add(env.now, lead)

    env.process(come())
    for _ in range(servers):
        env.process(Person(env, luck, tally, iter([(0.0, 1e9)]), stock=stock).live())
    env.run(until=LEADS / arrivals * 1.2)

    assert tally.met == LEADS
    assert tally.waits / tally.met == pytest.approx(erlang_c_wait(arrivals, service, servers), rel=0.12)


@given(
    callers=st.integers(1, 4),
    managers=st.integers(0, 2),
    keepers=st.integers(0, 2),
    leads=st.integers(0, 400),
    seed=st.integers(0, 1000),
)
@settings(max_examples=30, deadline=None)
def test_nobody_works_longer_than_paid_but_for_the_work_at_hand(
    callers: int, managers: int, keepers: int, leads: int, seed: int
) -> None:
    house = replace(
        SMALL,
        callers=replace(SMALL.callers, count=callers),
        managers=replace(SMALL.managers, count=managers),
        account_managers=replace(SMALL.account_managers, count=keepers),
        leads=leads,
    )
    luck = draw_luck(house, seed, 0)
    for model in MODELS:
        tally = run_once(house, model, luck)
        worked = tally.calling + tally.closing + tally.keeping + tally.idle
        shifts = house.people * house.weeks * 5
        assert worked <= house.paid_hours * 60 + shifts * 8 * house.assumptions.touch_minutes.value
        assert tally.talks <= leads
        assert tally.sales <= tally.met <= tally.interested <= tally.talks


def test_more_callers_never_talk_to_fewer_leads() -> None:
    talks = []
    for callers in range(1, 7):
        house = replace(SMALL, callers=replace(SMALL.callers, count=callers), leads=1500)
        talks.append(sum(run_once(house, "three-tier", draw_luck(house, 3, number)).talks for number in range(5)))
    assert talks == sorted(talks)
    assert talks[0] < talks[-1]


def test_the_same_seed_gives_the_same_figures_on_any_number_of_cores() -> None:
    alone = simulate(SMALL, 6, seed=4)
    assert simulate(SMALL, 6, seed=4, processes=2) == alone
    assert simulate(SMALL, 6, seed=5) != alone


def test_leads_answer_the_same_way_in_both_departments() -> None:
    house = replace(SMALL, callers=People(20, 40, 100), managers=People(20, 40, 100), weeks=6)
    classic, three = (run_once(house, model, draw_luck(house, 1, 0)) for model in MODELS)
    assert classic.talks == three.talks
    assert classic.interested == three.interested


def test_without_guessed_handicaps_and_with_time_to_spare_both_departments_win_about_the_same() -> None:
    rates = house_rates = SMALL.assumptions
    rates = replace(
        house_rates,
        callers_win=replace(rates.callers_win, value=1.0),
        managers_call=replace(rates.managers_call, value=1.0),
        switch_minutes=replace(rates.switch_minutes, value=0.0),
        cooled_a_day=replace(rates.cooled_a_day, value=0.0),
        interested=replace(rates.interested, value=0.3),
    )
    house = replace(SMALL, callers=People(10, 40, 100), managers=People(10, 40, 100), weeks=12, assumptions=rates)
    classic, three = (run_once(house, model, draw_luck(house, 1, 0)) for model in MODELS)
    assert classic.sales == pytest.approx(three.sales, abs=2)


def test_what_happens_in_the_weeks_of_warming_up_does_not_count() -> None:
    house = replace(SMALL, weeks=8, leads=600)
    whole = run_once(house, "three-tier", draw_luck(house, 1, 0))
    later = run_once(replace(house, warm_up_weeks=4), "three-tier", draw_luck(house, 1, 0))
    assert 0 < later.dials < whole.dials
