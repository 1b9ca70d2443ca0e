"""Intervals, people for a goal, what records say, and the words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.ops.domain.planner.assumptions import Assumptions, House, People, PlanError, checked, with_values
from services.ops.domain.planner.headcount import plan_headcount
from services.ops.domain.planner.luck import draw_luck
from services.ops.domain.planner.measured import Known, house_of, known
from services.ops.domain.planner.runs import simulate
from services.ops.domain.planner.summary import Run, Spread, classic_wins, compare, quantile, spread
from services.ops.domain.planner.verdict import verdict
from workflows.contracts.base import Tier

SMALL = House(People(2, 16, 100), People(1, 40, 200), People(1, 40, 200), weeks=4, leads=300, customers=20)
CALLS = {
    "people": 4, "calls": 800, "contacts": 200, "handed_over": 10, "hours": 50.0, "talks": 0, "talk_minutes": None,
    "new_leads": 400,
}  # fmt: skip
DEALS = {
    "people": 3, "won": 30, "lost": 70, "decided": 100, "touches": 3.5, "touch_gap_days": 2.0, "managers": 3,
    "open_deals": 25.0, "commission": {"sourced": 0.02, "closed": 0.05, "kept": 0.01},
}  # fmt: skip
CARE = {
    "people": 0, "customers": 90, "orders": 40, "currency": "UAH", "order_value": 7000.0, "gaps": 12,
    "cycle_days": 40.0, "nudged": {"customers": 100, "ordered": 60}, "held_out": {"customers": 10, "ordered": 5},
}  # fmt: skip
TOLD = {Tier.LEAD_GEN: CALLS, Tier.CONVERSION: DEALS, Tier.ACCOUNT_MGMT: CARE}


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
    rates = known(TOLD, 28).rates
    assert rates.answered.value == 0.25
    assert rates.answered.seen == 800
    assert rates.answered.low is not None
    assert rates.answered.low < 0.25
    assert rates.interested.value == 0.05
    assert rates.won.value == 0.3
    assert rates.reminded.value == 0.6
    assert (rates.touches.value, rates.touch_gap_days.value) == (3.5, 2.0)
    assert (rates.order_value.value, rates.order_value.seen) == (7000.0, 40)
    # 3,000 minutes, less 200 talks of 6, by 800 calls.
    assert rates.dial_minutes.value == pytest.approx(2.25)
    for few in (rates.not_reminded, rates.cycle_days, rates.talk_minutes):  # they say less than a guess
        assert not few.measured


def test_talks_that_are_known_by_their_length_shorten_the_dials() -> None:
    told = {Tier.LEAD_GEN: {**CALLS, "talks": 150, "talk_minutes": 4.0}}
    rates = known(told, 28).rates
    assert (rates.talk_minutes.value, rates.talk_minutes.seen) == (4.0, 150)
    assert rates.dial_minutes.value == pytest.approx((3000 - 200 * 4) / 800)


def test_what_the_rules_say_is_neither_measured_nor_a_guess() -> None:
    rates = known(TOLD, 28).rates
    for name, value in (("sourced", 0.02), ("closed", 0.05), ("kept", 0.01), ("open_deals", 25.0)):
        one = getattr(rates, name)
        assert (one.value, one.by_rule, one.measured) == (value, True, False)
    assert not with_values(rates, {"closed": 0.1}).closed.by_rule


def test_a_house_is_known_by_its_people_customers_and_new_leads() -> None:
    found = known(TOLD, 28)
    assert found.heads == {"callers": 4, "managers": 3}  # nobody of tier 3 has worked
    assert (found.leads_a_week, found.customers) == (100.0, 90)


def test_a_plan_begins_with_the_house_that_is_known() -> None:
    house = house_of(known(TOLD, 28), weeks=6)
    assert (house.callers.count, house.managers.count, house.account_managers.count) == (4, 3, 2)
    assert (house.leads, house.customers, house.weeks) == (600, 90, 6)
    assert house_of(Known()) == House()


def test_a_tier_that_tells_nothing_leaves_its_guesses() -> None:
    found = known({Tier.CONVERSION: DEALS}, 28)
    assert found.rates.won.measured
    assert not found.rates.answered.measured
    assert (found.leads_a_week, found.customers) == (None, None)


def test_a_measured_figure_that_no_plan_may_have_is_left_out() -> None:
    told = {Tier.CONVERSION: {**DEALS, "touch_gap_days": 0.0001, "open_deals": 5000.0}}
    rates = known(told, 28).rates
    assert (rates.touch_gap_days, rates.open_deals) == (Assumptions().touch_gap_days, Assumptions().open_deals)


def test_no_case_among_many_is_rare_and_not_never() -> None:
    rates = known({Tier.LEAD_GEN: {**CALLS, "handed_over": 0}}, 28).rates
    assert 0 < rates.interested.value < 0.02


def test_measured_rates_vary_from_run_to_run_and_guesses_do_not() -> None:
    house = replace(SMALL, assumptions=known(TOLD, 28).rates)
    first, second = (draw_luck(house, 1, number).rates for number in range(2))
    assert first["won"] != second["won"]
    assert first["touch_minutes"] == second["touch_minutes"]


@pytest.mark.parametrize(
    ("house", "field"),
    [
        (replace(SMALL, weeks=0), "weeks"),
        (replace(SMALL, leads=-1), "leads"),
        (replace(SMALL, callers=People(2, 90, 1)), "callers.hours_a_week"),
        (House(People(0, 8, 1), People(0, 8, 1), People(0, 8, 1)), "callers.count"),
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
