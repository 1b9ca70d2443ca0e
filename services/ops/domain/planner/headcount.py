"""How many people each tier needs for so many first sales a month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from statistics import fmean

from scipy.special import gammaincinv

from services.chassis.sentences import said
from services.ops.domain.planner.assumptions import House, People, PlanError
from services.ops.domain.planner.department import RETRY_AFTER
from services.ops.domain.planner.luck import draw_luck
from services.ops.domain.planner.models import run_once

WEEKS_A_MONTH = 52 / 12
SAFE = 0.9
MOST_SALES = 300
# Work comes unevenly: whoever must answer quickly cannot be busy all the time.
BUSY_AT_MOST = 0.85
WATCHED = 12
LONGEST_WARM_UP = 40
CHECKS, FEWEST_CHECKS, LEADS_CHECKED = 60, 20, 600_000
# What leads cost that cool while they wait is not in the arithmetic: more is planned for until the runs agree.
SPARE = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3)


@dataclass(frozen=True)
class TierNeed:
    """One tier: people today, needed on average, needed to be safe in 9 of 10 quarters, and what sets the number."""

    tier: str
    today: int
    needed: int
    safe: int
    limited_by: str


@dataclass(frozen=True)
class Headcount:
    """People by tier, the leads a week that they need, and in which share of simulated quarters the safe ones do it."""

    sales_a_month: float
    tiers: tuple[TierNeed, ...]
    leads_a_week: float
    safe_leads_a_week: float
    reached: float


@dataclass(frozen=True)
class _Flow:
    """A week's work in a department that sells `sales` a week: minutes by tier, and deals open at once."""

    leads: float
    calling: float
    closing: float
    open_deals: float
    keeping: float


def checked_goal(house: House, sales_a_month: float) -> float:
    """The goal as given. Raises PlanError if it, or the house's rates, cannot be met."""
    if not 0 < sales_a_month <= MOST_SALES:
        raise PlanError("sales_a_month", said(f"{sales_a_month:g} is not between 0 and {MOST_SALES}"))
    for name in ("won", "interested"):
        if not getattr(house.assumptions, name).value:
            raise PlanError(f"assumptions.{name}", said("nothing is ever won at this rate"))
    return sales_a_month


def plan_headcount(house: House, sales_a_month: float, seed: int = 1) -> Headcount:
    """For this goal, in the three-tier department. Raises PlanError as `checked_goal` does."""
    checked_goal(house, sales_a_month)
    count = sales_a_month / WEEKS_A_MONTH * WATCHED
    mean = _flow(house, count / WATCHED)
    for spare in SPARE:
        safe = _flow(house, _safe_count(count) * spare / WATCHED)
        reached = _reached(house, safe, count, seed)
        if reached >= SAFE:
            break
    return Headcount(sales_a_month, _tiers(house, mean, safe), mean.leads, safe.leads, reached)


def _tiers(house: House, mean: _Flow, safe: _Flow) -> tuple[TierNeed, ...]:
    needed, for_safety = _people(house, mean), _people(house, safe)
    deals = _heads_for_deals(house, mean) > _heads(mean.closing, house.managers, BUSY_AT_MOST)
    return tuple(
        TierNeed(
            tier,
            getattr(house, tier).count,
            needed[tier],
            for_safety[tier],
            "open deals" if tier == "managers" and deals else "hours",
        )
        for tier in needed
    )


def _people(house: House, flow: _Flow) -> dict[str, int]:
    """How many of each tier carry this flow."""
    return {
        "callers": _heads(flow.calling, house.callers, 1.0),
        "managers": max(_heads(flow.closing, house.managers, BUSY_AT_MOST), _heads_for_deals(house, flow)),
        "account_managers": _heads(flow.keeping, house.account_managers, BUSY_AT_MOST),
    }


def _safe_count(count: float) -> float:
    """The mean of a Poisson number that is at least `count` in 9 of 10 cases: P(N >= n | m) is gamma's P(n, m)."""
    return float(gammaincinv(count, SAFE))


def _flow(house: House, sales: float) -> _Flow:
    rates = house.assumptions
    answered, interested = rates.answered.value, rates.interested.value
    met = sales / rates.won.value
    talks = met / interested
    reached = 1 - (1 - answered) ** (len(RETRY_AFTER) + 1)
    leads = talks / reached
    # A lead is dialled until it answers or the cadence ends: a geometric number, cut off.
    dials = leads * reached / answered
    touches = rates.touches.value
    # Customers come with the sales; what counts is how many there are at the quarter's end.
    customers = house.customers + sales * WATCHED
    return _Flow(
        leads,
        dials * rates.dial_minutes.value + talks * rates.talk_minutes.value,
        met * (rates.hand_over_minutes.value + touches * rates.touch_minutes.value),
        # Little's law: as many as come a week, times the weeks that each stays.
        met * touches * rates.touch_gap_days.value / 7,
        customers * 7 / rates.cycle_days.value * rates.care_minutes.value,
    )


def _heads(minutes: float, people: People, busy: float) -> int:
    return ceil(minutes / (people.hours_a_week * 60 * busy) - 1e-9)


def _heads_for_deals(house: House, flow: _Flow) -> int:
    return ceil(flow.open_deals / house.assumptions.open_deals.value / BUSY_AT_MOST - 1e-9)


def _reached(house: House, flow: _Flow, goal: float, seed: int) -> float:
    """In which share of quarters these people sell as much, at work: arithmetic of means knows nothing of waiting."""
    heads = {tier: replace(getattr(house, tier), count=count) for tier, count in _people(house, flow).items()}
    warm_up = _warm_up(house)
    weeks = warm_up + WATCHED
    trial = replace(house, **heads, weeks=weeks, warm_up_weeks=warm_up, leads=ceil(flow.leads * weeks))
    sold = (
        run_once(trial, "three-tier", draw_luck(trial, seed, number)).sales for number in range(_checks(trial.leads))
    )
    return fmean(one >= goal for one in sold)


def _checks(leads: int) -> int:
    """Large departments differ less from one quarter to the next, and take longer."""
    return max(FEWEST_CHECKS, min(CHECKS, LEADS_CHECKED // max(leads, 1)))


def _warm_up(house: House) -> int:
    """Weeks until as many deals end as begin: about one and a half times as long as one takes."""
    rates = house.assumptions
    return min(LONGEST_WARM_UP, 4 + ceil(1.5 * rates.touches.value * rates.touch_gap_days.value / 7))
