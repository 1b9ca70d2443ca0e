"""Supply: the forecast is as sure as it says, alarms do not flap, and the pace never overloads anybody."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.lead_gen.domain.alarms import due_alarms
from services.lead_gen.domain.gamma_poisson import arrivals_below, gamma_quantile, overall_rate, rate_under
from services.lead_gen.domain.pace import room
from services.lead_gen.domain.policy import STANDARD, Policy
from services.lead_gen.domain.supply import (
    Stock,
    Worked,
    caller_rates,
    campaign_supply,
    forecast,
    hours_of,
)
from services.lead_gen.domain.window import open_hours

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("shape", [0.3, 1, 2, 7.5, 40, 900])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_quantiles_are_those_of_the_gamma_distribution(shape: float, p: float) -> None:
    expected = float(stats.gamma.ppf(p, shape, scale=1 / 3))
    assert gamma_quantile(p, shape, 3) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.1, 100), st.floats(0.1, 100))
def test_a_quantile_is_where_the_distribution_function_reaches_it(p: float, shape: float, rate: float) -> None:
    x = gamma_quantile(p, shape, rate)
    assert float(stats.gamma.cdf(x, shape, scale=1 / rate)) == pytest.approx(p, abs=1e-9)


@given(st.integers(0, 60), st.floats(0.5, 50), st.floats(0.5, 50), st.floats(0.1, 50))
def test_tails_agree_with_the_negative_binomial(count: int, shape: float, rate: float, hours: float) -> None:
    expected = float(stats.nbinom.cdf(count - 1, shape, rate / (rate + hours)))
    assert arrivals_below(count, shape, rate, hours) == pytest.approx(expected, abs=1e-8)


@given(st.integers(0, 500), st.floats(0, 500))
def test_the_interval_holds_the_mean_and_narrows_with_experience(found: int, hours: float) -> None:
    rate, later = overall_rate(found, hours), overall_rate(found * 4, hours * 4 + 6)
    assert rate.low < rate.mean < rate.high
    assert (later.high - later.low) / later.mean <= (rate.high - rate.low) / rate.mean + 1e-9


def test_a_new_caller_is_judged_by_the_overall_rate_until_their_own_figures_speak() -> None:
    overall = overall_rate(200, 200)
    assert rate_under(overall, 0, 0).mean == pytest.approx(overall.mean)
    assert rate_under(overall, 0, 200).mean < 0.1 * overall.mean


def outlook(stock: int, found: int, hours: float, *, calling: float, taken: float = 2.0, days: int = 2) -> float:
    return forecast(
        now=NOW,
        until=NOW + timedelta(days=days),
        stock=stock,
        rate=overall_rate(found, hours),
        calling_hours=calling,
        taken_per_hour=taken,
        open_hours=lambda start, end: open_hours(STANDARD, "UTC", start, end),
    ).runs_dry


@pytest.mark.parametrize("hourly", [0.08, 0.3, 1.2])
def test_managers_run_dry_as_often_as_the_forecast_says(hourly: float) -> None:
    """Over a fifteenfold range of rates: of the shifts forecast at p, a share of p runs dry."""
    dice = random.Random(7)
    said, happened = 0.0, 0
    for _ in range(1500):
        # A rate of which nobody knows more than 40 hours have shown.
        true_rate = dice.gammavariate(2.0 + hourly * 40, 1 / 42)
        found = _poisson(dice, true_rate * 40)
        stock, calling = dice.randrange(0, 30), dice.uniform(0, 60)
        demand = 2.0 * open_hours(STANDARD, "UTC", NOW, NOW + timedelta(days=2))
        said += outlook(stock, found, 40, calling=calling)
        happened += stock + _poisson(dice, true_rate * calling) < math.ceil(demand)
    assert said / 1500 == pytest.approx(happened / 1500, abs=0.05)


def _poisson(dice: random.Random, mean: float) -> int:
    count, left = 0, dice.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + dice.expovariate(1.0)
    return count


@given(st.integers(0, 200), st.integers(0, 100), st.floats(0, 100))
def test_more_in_stock_never_makes_a_drought_likelier(stock: int, found: int, calling: float) -> None:
    assert outlook(stock + 1, found, 40, calling=calling) <= outlook(stock, found, 40, calling=calling) + 1e-9


def test_it_says_when_the_stock_is_gone() -> None:
    ahead = forecast(
        now=NOW,
        until=NOW + timedelta(days=3),
        stock=4,
        rate=overall_rate(0, 1000),
        calling_hours=0,
        taken_per_hour=2,
        open_hours=lambda start, end: open_hours(STANDARD, "UTC", start, end),
    )
    assert ahead.runs_dry == 1
    assert ahead.runs_dry_at == NOW + timedelta(hours=2, minutes=15)


def test_an_alarm_begins_once_and_does_not_flap() -> None:
    ringing: frozenset[str] = frozenset()
    changes = 0
    for chance in (0.1, 0.45, 0.51, 0.45, 0.52, 0.4, 0.55, 0.35, 0.2):
        now = due_alarms(stock=5, stock_limit=100, runs_dry=chance, ringing=ringing)  # type: ignore[arg-type]
        changes += now != ringing
        ringing = frozenset(now)
    assert (changes, ringing) == (2, frozenset())
    assert due_alarms(stock=101, stock_limit=100, runs_dry=0.9, ringing=frozenset()) == {"glut"}


ROOMS = st.fixed_dictionaries(
    {
        "window": st.integers(1, 500),
        "batch": st.integers(1, 300),
        "stock_limit": st.integers(1, 200),
        "in_flight": st.integers(0, 600),
        "stock": st.integers(0, 300),
        "waiting_calls": st.integers(0, 400),
        "callable_soon": st.one_of(st.none(), st.floats(0, 500)),
        "drought": st.booleans(),
    }
)


def room_of(facts: dict[str, Any]) -> int:
    policy = Policy(**{name: facts[name] for name in ("window", "batch", "stock_limit")})
    return room(policy, **{name: fact for name, fact in facts.items() if name not in Policy.model_fields})


def most(facts: dict[str, Any]) -> int:
    """What the window holds, in one batch."""
    return max(0, min(facts["batch"], facts["window"] - facts["in_flight"]))


@given(ROOMS)
def test_a_campaign_takes_what_its_window_holds_at_most(facts: dict[str, Any]) -> None:
    assert 0 <= room_of(facts) <= most(facts)


@given(ROOMS, st.integers(1, 50))
def test_more_stock_or_more_waiting_calls_never_enrol_more(facts: dict[str, Any], more: int) -> None:
    for name in ("stock", "waiting_calls", "in_flight"):
        assert room_of({**facts, name: facts[name] + more}) <= room_of(facts)


@given(ROOMS)
def test_overloaded_managers_get_nothing_and_those_who_run_dry_get_all_there_is_room_for(
    facts: dict[str, Any],
) -> None:
    assert room_of({**facts, "stock": facts["stock_limit"]}) == 0
    assert room_of({**facts, "stock": 0, "drought": True}) == most(facts)


def worked(caller: str, campaign_id: str | None, hours: float, found: int) -> Worked:
    return Worked(campaign_id=campaign_id, caller=caller, hours=hours, calls=20, found=found)


def test_hours_of_work_add_up_over_campaigns_and_idle_hours() -> None:
    hours = [worked("anna", "spring", 0.5, 1), worked("anna", "autumn", 0.25, 0), worked("vira", None, 0.25, 0)]
    assert hours_of(hours) == 1


def test_every_campaign_with_stock_or_calls_and_every_caller_is_judged() -> None:
    calls = [worked("anna", "spring", 1, 4), worked("anna", None, 1, 0), worked("vira", "spring", 1, 0)]
    stock = [Stock(campaign_id="autumn", leads=3, oldest=NOW), Stock(campaign_id=None, leads=9, oldest=NOW)]
    overall = overall_rate(4, 3)
    by_campaign = campaign_supply(stock, calls, overall)
    assert [(one.campaign_id, one.in_stock, one.oldest) for one in by_campaign] == [
        ("autumn", 3, NOW),
        ("spring", 0, None),
    ]
    callers = caller_rates(calls, overall)
    assert [(one.caller, one.hours) for one in callers] == [("anna", 2), ("vira", 1)]
    assert callers[0].interested_per_hour.mean > callers[1].interested_per_hour.mean
