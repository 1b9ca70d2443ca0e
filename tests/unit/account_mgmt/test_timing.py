"""Models of the next purchase: the published estimates, and what must hold for every customer."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.account_mgmt.domain.timing import bgnbd, calibration, comeback, mixture, rhythm, season, sorts, value
from services.account_mgmt.domain.timing.bgnbd import CountModel
from services.account_mgmt.domain.timing.history import Floats, Histories, Ints, histories, log_of

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


gap_rows = st.lists(
    st.lists(st.floats(-0.5, 6.5), min_size=0, max_size=12), min_size=1, max_size=8
)  # fmt: skip


def rows_of(lists: list[list[float]]) -> np.ndarray:
    found = np.full((len(lists), 12), np.nan)
    for place, one in enumerate(lists):
        if one:
            found[place, -len(one) :] = one
    return found


@settings(max_examples=100, deadline=None)
@given(gap_rows, st.sampled_from([*rhythm.CHANGING, rhythm.SEASONAL]))
def test_every_gap_is_predicted_from_the_ones_before_it_alone(lists: list[list[float]], kind: rhythm.Kind) -> None:
    gaps, level = rows_of(lists), rhythm.Level(3.0, 0.5)
    changed = np.where(np.isnan(gaps), gaps, gaps + 1)
    changed[:, :6] = gaps[:, :6]
    for told, again in zip(rhythm.told(gaps, level, kind), rhythm.told(changed, level, kind), strict=True):
        assert np.isfinite(told.center).all() and (told.spread > 0).all()
        assert np.allclose(told.center[:, :7], again.center[:, :7])


def test_a_line_through_the_gaps_goes_on() -> None:
    gaps = np.log(60 * 0.93 ** np.arange(12))[None, :]
    local, trend = (next(rhythm.told(gaps, rhythm.Level(3.0, 0.5), kind)) for kind in rhythm.CHANGING)
    follows, last = float(np.exp(trend.center[0, -1])), float(np.exp(local.center[0, -1]))
    assert follows == pytest.approx(60 * 0.93**12, rel=0.05) and last > follows * 1.1


@pytest.mark.parametrize("scatter", [0.06, 0.22])
def test_how_even_a_house_buys_is_learned_from_its_gaps(scatter: float) -> None:
    chance = np.random.default_rng(6)
    gaps = sorts.Gaps.of(np.exp(chance.uniform(2.5, 4.5, 200)[:, None] + chance.normal(0, scatter, (200, 5))))
    grid = sorts.Even.grid(2.0, 5.0)
    families = [grid.mean[grid.scatter == one] for one in sorts.SCATTERS]
    shares = sorts.shares(grid.judge(gaps)[0], families)
    assert shares.sum() == pytest.approx(1)
    assert shares[np.abs(np.log(grid.scatter / scatter)) < 0.5].sum() > 0.85


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=9))
def test_the_interval_is_the_whole_days_whose_chance_is_nearest_to_eight_in_ten(mass: list[int]) -> None:
    """Nearest among the days that hold eight in ten, with or without the first and the last."""
    within = np.concatenate([[0.0], np.cumsum(mass) / sum(mass)])
    low, high = (np.array([np.argmax(within >= level - 1e-12)]) for level in (0.1, 0.9))

    def chance(days: Ints) -> Floats:
        return np.asarray(within[np.clip(days, 0, len(within) - 1)])

    first, last = mixture.whole_days(chance, low, high)
    off = abs(float(chance(last)[0] - chance(first - 1)[0]) - 0.8)
    assert low[0] <= first[0] <= last[0] <= high[0]
    assert off <= abs(float(chance(high)[0] - chance(low - 1)[0]) - 0.8) + 1e-12


def test_the_clock_of_a_year_stands_still_where_nothing_is_bought_and_knows_when_it_goes_on() -> None:
    days = [date(year, month, day) for year in (2024, 2025) for month in range(4, 10) for day in (3, 10, 17, 24)]
    now = date(2026, 1, 15)
    log = log_of({"summer": days, "even": [date(2024, 1, 1) + timedelta(days=15 * n) for n in range(50)]}, now)
    clock = season.clock_of(log, now, np.ones(12), shrink=0.05)
    summer, even = clock.speed
    assert summer[[0, 1, 10, 11]].max() < 0.1 < 1.5 < summer[[4, 5, 6, 7]].min()
    assert even.min() > 0.5 and even.max() < 1.5
    both = np.arange(2)
    opens, all_year = clock.opening(both, np.full(2, now.toordinal()))
    assert date.fromordinal(opens) == date(2026, 4, 1) and all_year == 0
    assert date.fromordinal(clock.opening(both, np.full(2, date(2025, 6, 5).toordinal()))[0]) == date(2025, 4, 1)
    winter, spring = (clock.at(both, np.full(2, day.toordinal())) for day in (now, date(2026, 4, 1)))
    assert spring[0] - winter[0] < 8 < 50 < spring[1] - winter[1]


def test_the_chance_to_come_again_falls_with_the_silence_and_never_below_nothing() -> None:
    chance = np.random.default_rng(3)
    bought = {str(n): [date(2024, 1, 1) + timedelta(days=int(chance.integers(0, 300)))] for n in range(200)}
    took = chance.exponential(40, 120).astype(int) + 1
    for name, days in zip(list(bought)[:120], took, strict=True):
        bought[name].append(bought[name][0] + timedelta(days=int(days)))
    back = comeback.fit(log_of(bought, date(2026, 1, 1)), date(2026, 1, 1).toordinal())
    assert back is not None
    since = np.array([0.0, 30.0, 90.0, 300.0, 700.0, 5_000.0])
    first = np.full(6, date(2024, 5, 1).toordinal())
    told = back.p_comes(first, since)
    assert (np.diff(told) <= 1e-9).all() and (told >= 0).all()
    assert told[0] == pytest.approx(0.6, abs=0.06) and told[-1] < 0.1
    low, middle, high = (back.days_until(since[:1], level)[0] for level in (0.1, 0.5, 0.9))
    assert 0 <= low < middle < high
    assert [middle, high] == pytest.approx(np.quantile(took, [0.5, 0.9]), rel=0.25)


@pytest.mark.parametrize("width", [0.4, 1.0])
def test_forecasts_that_were_too_wide_or_right_hold_eight_in_ten_once_corrected(width: float) -> None:
    """What came fell into the middle part of what was predicted (too wide), or anywhere."""
    chance = np.random.default_rng(4)
    given = 0.5 + width * (chance.uniform(0, 1, 2_000) - 0.5)
    classes = np.ones(2_000, dtype=np.int64)
    bend = calibration.Bend.of(given[:1_000], classes[:1_000], 2)
    came = bend.chance(classes[1_000:], given[1_000:])
    assert ((came > 0.1) & (came < 0.9)).mean() == pytest.approx(0.8, abs=0.04)
    same = np.linspace(0, 1, 21)
    assert np.allclose(bend.chance(np.zeros(21, dtype=np.int64), same), same)


def test_newcomers_are_judged_by_those_who_came_when_they_did() -> None:
    """Those of the first year came again within the month; of those of the second, hardly anybody."""
    chance = np.random.default_rng(8)
    bought = {str(n): [date(2024, 1, 1) + timedelta(days=int(chance.integers(0, 700)))] for n in range(400)}
    for days in bought.values():
        if days[0].year == 2024:
            days.append(days[0] + timedelta(days=int(chance.integers(10, 30))))
    today = date(2025, 12, 15)
    back = comeback.fit(log_of(bought, today), today.toordinal())
    assert back is not None
    first = np.array([date(2024, 3, 1).toordinal(), date(2025, 11, 25).toordinal()])
    early, late = back.p_comes(first, np.array([5.0, 5.0]))
    assert late < 0.2 < 0.8 < early


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
    assert bgnbd.fit(few) is None and comeback.fit(log_of({}, date(2026, 2, 1)), 0) is None
    assert value.fit(np.array([1.0]), np.array([10.0])) is None
