"""Models of the next purchase: the published estimates, and what must hold for every customer."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.account_mgmt.domain.timing import bgnbd, gaps, value
from services.account_mgmt.domain.timing.bgnbd import CountModel
from services.account_mgmt.domain.timing.gaps import GapModel
from services.account_mgmt.domain.timing.history import Histories, histories

CDNOW = Path(__file__).parents[2] / "data" / "cdnow_orders.csv"
MONTH = 30 / 7


def purchases() -> dict[str, list[date]]:
    found: dict[str, list[date]] = defaultdict(list)
    with CDNOW.open() as file:
        for row in csv.DictReader(file):
            found[row["customer_id"]].append(date.fromisoformat(row["date"]))
    return found


def of(x: float, last: float, age: float, *, mean: float = 0.0, squares: float = 0.0) -> Histories:
    columns = (np.array([number]) for number in (x, last, age, mean, squares))
    return Histories(["one"], *columns)


def test_the_published_estimate_comes_out() -> None:
    """Fader, Hardie and Lee (2005), table 2: r .243, alpha 4.414, a .793, b 2.426."""
    model = bgnbd.fit(histories(purchases(), date(1997, 9, 30)))
    assert model is not None
    found = (model.r, model.alpha, model.a, model.b)
    assert found == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.001)


def test_the_slope_of_the_likelihood_is_its_difference() -> None:
    known = histories(dict(list(purchases().items())[:300]), date(1997, 9, 30))
    for modified in (False, True):
        data = bgnbd._Data(known.frequency, known.recency, known.age, np.full(len(known.ids), 1 / 300), modified)
        at = np.log(np.array([0.4, 5.0, 0.9, 2.0]))
        for place in range(4):
            step = np.zeros(4)
            step[place] = 1e-5
            difference = (data.loss(at + step)[0] - data.loss(at - step)[0]) / 2e-5
            assert data.loss(at)[1][place] == pytest.approx(difference, rel=1e-5)


def test_the_call_list_holds_more_buyers_than_any_simple_rule() -> None:
    """Of the five per cent most likely to buy within 30 days, mean of eight monthly cut-offs."""
    bought = purchases()
    model_hits, rule_hits = [], []
    for month in range(8):
        cut = date(1997, 9, 30) + timedelta(days=round(30.4 * month))
        known = histories(bought, cut)
        model = bgnbd.fit(known, modified=True)
        assert model is not None
        buys = np.array([any(cut < day <= cut + timedelta(days=30) for day in bought[name]) for name in known.ids])
        size = round(len(known.ids) / 20)
        model_hits.append(buys[np.argsort(-model.p_buys(known, MONTH), kind="stable")[:size]].mean())
        rule = known.frequency / (1 + known.since * 7)
        rule_hits.append(buys[np.argsort(-rule, kind="stable")[:size]].mean())
    assert np.mean(model_hits) >= 0.42
    assert np.mean(model_hits) > np.mean(rule_hits)


models = st.builds(
    CountModel,
    st.floats(0.05, 5),
    st.floats(0.5, 50),
    st.floats(0.1, 5).filter(lambda a: abs(a - 1) > 0.05),
    st.floats(0.1, 20),
    st.booleans(),
)
counts = st.integers(0, 40)
weeks = st.floats(0, 200)


@settings(max_examples=150, deadline=None)
@given(models, counts, weeks, weeks, weeks)
def test_the_longer_a_customer_is_silent_the_less_alive_he_is(
    model: CountModel, x: int, last: float, more: float, silent: float
) -> None:
    last = last if x else 0.0
    now, later = of(x, last, last + more), of(x, last, last + more + silent)
    assert 0 <= model.p_alive(later)[0] <= model.p_alive(now)[0] + 1e-12 <= 1 + 1e-9


@settings(max_examples=150, deadline=None)
@given(models, counts, weeks, weeks, st.floats(0.1, 50), st.floats(0.1, 50))
def test_more_time_brings_more_purchases(
    model: CountModel, x: int, last: float, more: float, first: float, then: float
) -> None:
    known = of(x, last if x else 0.0, (last if x else 0.0) + more)
    short, long = model.p_buys(known, first)[0], model.p_buys(known, first + then)[0]
    assert 0 <= short <= long <= model.p_alive(known)[0] + 1e-12
    few, many = model.expected(known, first)[0], model.expected(known, first + then)[0]
    assert -1e-9 <= few <= many * (1 + 1e-6) + 1e-9
    assert few >= short * (1 - 1e-6) - 1e-9


def test_regular_buyers_are_expected_within_five_days() -> None:
    chance = np.random.default_rng(1)
    bought, following = {}, []
    for number in range(400):
        days = np.cumsum(chance.integers(25, 36, size=9))
        first = date(2025, 1, 1) + timedelta(days=int(chance.integers(0, 60)))
        dates = [first + timedelta(days=int(day - days[0])) for day in days]
        bought[str(number)] = dates[:-1]
        following.append((dates[-1] - dates[-2]).days)
    known = histories(bought, date(2026, 1, 1))
    model = gaps.fit(known)
    assert model is not None
    # As of each customer's own last purchase.
    just_bought = replace(known, age=known.recency)
    expected = model.quantile(just_bought, 0.5) * 7
    assert (np.abs(expected - np.array(following)) <= 5).mean() >= 0.8


gap_models = st.builds(GapModel, st.floats(-1, 3), st.floats(0.01, 2), st.floats(0.01, 2))


@settings(max_examples=150, deadline=None)
@given(gap_models, st.integers(0, 20), st.floats(0.1, 50), st.floats(0, 60), st.floats(-2, 3), st.floats(0, 5))
def test_quantiles_lie_ahead_and_in_order(
    model: GapModel, x: int, last: float, since: float, mean: float, squares: float
) -> None:
    known = of(x, last, last + since, mean=mean if x else 0.0, squares=squares if x > 1 else 0.0)
    early, middle, late = (model.quantile(known, share)[0] for share in (0.1, 0.5, 0.9))
    assert since - 1e-9 <= early <= middle <= late
    assert 0 <= model.p_buys(known, 2.0)[0] <= 1 + 1e-9


def test_few_purchases_count_as_everybodys_and_many_as_the_customer() -> None:
    chance = np.random.default_rng(2)
    number = chance.integers(1, 6, 2_000).astype(float)
    means = chance.gamma(4.0, 25.0, 2_000)
    worth = np.array([chance.gamma(6.0 * n, mean / (6.0 * n)) for n, mean in zip(number, means, strict=True)])
    model = value.fit(number, worth)
    assert model is not None
    everybody = float(model.expected(np.array([0.0]), np.array([0.0]))[0])
    assert everybody == pytest.approx(float(worth.mean()), rel=0.15)
    rich = model.expected(np.array([1.0, 50.0]), np.array([1000.0, 1000.0]))
    assert everybody < rich[0] < rich[1] <= 1000.0


def test_too_little_is_not_fitted() -> None:
    few = histories({"a": [date(2026, 1, 1)]}, date(2026, 2, 1))
    assert bgnbd.fit(few) is None and gaps.fit(few) is None
    assert value.fit(np.array([1.0]), np.array([10.0])) is None
