"""Intervals, people for a goal, what records say, and the words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.ops.domain.planner.assumptions import Assumptions, House, People, PlanError, checked, with_values
from services.ops.domain.planner.headcount import plan_headcount
from services.ops.domain.planner.luck import draw_luck
from services.ops.domain.planner.measured import measured
from services.ops.domain.planner.runs import simulate
from services.ops.domain.planner.summary import Run, Spread, classic_wins, compare, quantile, spread
from services.ops.domain.planner.verdict import verdict

SMALL = House(People(2, 16, 100), People(1, 40, 200), People(1, 40, 200), weeks=4, leads=300, customers=20)
CALLERS = [{"calls": 800, "contacts": 200, "handed_over": 10, "hours": 50.0}]
TEAM = {"won": 30, "lost": 70}
NUDGES = {"nudged": {"customers": 100, "ordered": 60}, "held_out": {"customers": 10, "ordered": 5}}


def width(found: Spread | None) -> float:
    assert found is not None
    return found.mean_high - found.mean_low


def test_intervals_of_the_mean_shrink_with_more_runs() -> None:
    runs = simulate(SMALL, 40, seed=2)
    few, many = compare(runs[:10]), compare(runs)
    assert width(many[0].three_tier) < width(few[0].three_tier)


def test_a_spread_knows_mean_and_quantiles() -> None:
    found = spread([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found is not None
    assert (found.mean, found.low, found.high) == (3.0, pytest.approx(1.1), pytest.approx(4.9))
    assert quantile([10.0], 0.9) == 10.0
    assert spread([]) is None


def test_people_for_a_goal_grow_with_the_goal_and_the_safe_ones_are_never_fewer() -> None:
    small, large = plan_headcount(SMALL, 2), plan_headcount(SMALL, 8)
    for before, after in zip(small.tiers, large.tiers, strict=True):
        assert before.needed <= after.needed
        assert after.needed <= after.safe
    assert large.leads_a_week > small.leads_a_week
    assert large.reached >= 0.9


def test_open_deals_limit_managers_where_deals_stay_long() -> None:
    house = replace(SMALL, assumptions=with_values(Assumptions(), {"open_deals": 5}))
    managers = next(tier for tier in plan_headcount(house, 3).tiers if tier.tier == "managers")
    assert managers.limited_by == "open deals"


def test_rates_come_from_records_where_there_are_enough_of_them() -> None:
    known = measured(Assumptions(), CALLERS, TEAM, NUDGES)
    assert known.answered.value == 0.25
    assert known.answered.seen == 800
    assert known.answered.low is not None
    assert known.answered.low < 0.25
    assert known.interested.value == 0.05
    assert known.won.value == 0.3
    assert known.reminded.value == 0.6
    # 3,000 minutes, less 200 talks of 6, by 800 calls.
    assert known.dial_minutes.value == pytest.approx(2.25)
    assert not known.not_reminded.measured  # ten cases say less than a guess


def test_no_case_among_many_is_rare_and_not_never() -> None:
    known = measured(Assumptions(), [{**CALLERS[0], "handed_over": 0}], TEAM, NUDGES)
    assert 0 < known.interested.value < 0.02


def test_measured_rates_vary_from_run_to_run_and_guesses_do_not() -> None:
    house = replace(SMALL, assumptions=measured(Assumptions(), CALLERS, TEAM, NUDGES))
    first, second = (draw_luck(house, 1, number).rates for number in range(2))
    assert first["won"] != second["won"]
    assert first["touches"] == second["touches"]


@pytest.mark.parametrize(
    ("house", "field"),
    [
        (replace(SMALL, weeks=0), "weeks"),
        (replace(SMALL, leads=-1), "leads"),
        (replace(SMALL, callers=People(2, 90, 1)), "callers.hours_a_week"),
        (House(People(0, 8, 1), People(0, 8, 1), People(0, 8, 1)), "people"),
        (replace(SMALL, assumptions=with_values(Assumptions(), {"answered": 1.2})), "assumptions.answered"),
        (replace(SMALL, assumptions=with_values(Assumptions(), {"won": float("nan")})), "assumptions.won"),
    ],
)
def test_a_house_that_makes_no_sense_is_refused_by_field(house: House, field: str) -> None:
    with pytest.raises(PlanError) as refused:
        checked(house)
    assert refused.value.field == field


def test_an_unknown_assumption_is_refused() -> None:
    with pytest.raises(PlanError, match=r"assumptions\.luck"):
        with_values(Assumptions(), {"luck": 1})


def run_of(classic: float, three: float) -> Run:
    figures = {"sales": 0.0, "orders": 1.0, "cost": 100.0, "age": 1.0, "wait": 1.0, "idle": 1.0, "commission": 1.0}
    return {"classic": {**figures, "sales": classic}, "three-tier": {**figures, "sales": three, "wait": 3.0}}


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ([run_of(10, 13)] * 20, "Almost certainly yes: 30 % more first sales"),
        ([run_of(10, 13)] * 17 + [run_of(10, 9)] * 3, "Most likely yes"),
        ([run_of(10, 11), run_of(10, 9)], "cannot be told apart"),
        ([run_of(10, 7)] * 20, "Almost certainly no: 30 % fewer first sales"),
        ([run_of(0, 7)] * 3, "nothing to compare"),
    ],
)
def test_the_verdict_says_how_sure_it_is(runs: list[Run], says: str) -> None:
    assert says in verdict(compare(runs), classic_wins(runs))


def test_the_verdict_names_the_price() -> None:
    runs = [run_of(10, 13)] * 20
    assert "waits 3 hours at the hand-over" in verdict(compare(runs), classic_wins(runs))
