"""Which model is used for whom, and that what it says makes sense for everybody."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.account_mgmt.domain.timing import forecast
from services.account_mgmt.domain.timing.forecast import Models
from services.account_mgmt.domain.timing.history import histories, log_of
from tests.unit.account_mgmt.test_timing import purchases

TODAY = date(1998, 4, 30)


def regular(count: int, until: date) -> dict[str, list[date]]:
    """Customers who buy every 30 days, give or take five, until about a day."""
    chance, found = np.random.default_rng(5), {}
    for number in range(count):
        back = np.cumsum(chance.integers(25, 36, size=10))
        found[f"regular-{number}"] = sorted(until - timedelta(days=int(day)) for day in back)
    return found


def test_among_customers_of_both_kinds_each_is_predicted_by_their_own_model() -> None:
    customers = {**purchases(), **regular(200, TODAY)}
    log = log_of(customers, TODAY)
    models = forecast.fit(log, TODAY)
    told = forecast.foretell(models, log, TODAY, usual_weeks=4.0)
    is_regular = np.array([name.startswith("regular") for name in log.ids])
    assert told.regular[is_regular].mean() > 0.7
    assert told.regular[~is_regular].mean() < 0.25
    place = int(np.flatnonzero(is_regular & told.regular)[0])
    assert told.speaker(place).startswith("own gaps")
    assert told.speaker(int(np.flatnonzero(~told.regular)[0])) == "purchase counts"


def test_whoever_falls_silent_is_given_up_slowly_and_then_surely() -> None:
    customers = {**regular(200, TODAY), "gone": [TODAY - timedelta(days=400 - 30 * n) for n in range(6)]}
    log = log_of(customers, TODAY)
    told = forecast.foretell(forecast.fit(log, TODAY), log, TODAY, usual_weeks=4.0)
    alive = dict(zip(log.ids, told.p_alive, strict=True))
    assert alive["gone"] < 0.1 < 0.6 < alive["regular-3"]


def test_before_any_fit_the_usual_gap_counts() -> None:
    log = log_of({"first": [TODAY], "older": [TODAY - timedelta(days=60)]}, TODAY)
    models = forecast.fit(log, TODAY)
    assert models == Models(counts=None)
    told = forecast.foretell(models, log, TODAY, usual_weeks=30 / 7)
    assert list(np.round(told.middle * 7)) == [30, 0]
    assert told.speaker(0) == "the house"


days = st.lists(st.integers(0, 700), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(days, min_size=25, max_size=60))
def test_every_forecast_lies_ahead_in_order_and_every_chance_is_one(offsets: list[list[int]]) -> None:
    first = date(2024, 1, 1)
    customers = {str(n): [first + timedelta(days=day) for day in dates] for n, dates in enumerate(offsets)}
    now = first + timedelta(days=720)
    log = log_of(customers, now)
    told = forecast.foretell(forecast.fit(log, now), log, now, usual_weeks=4.0)
    for chance in (told.p_alive, told.p_buys):
        assert np.isfinite(chance).all() and (chance >= 0).all() and (chance <= 1 + 1e-9).all()
    assert (told.p_buys <= told.p_alive + 1e-9).all()
    assert (
        (told.low >= -1e-9).all() and (told.low <= told.middle + 1e-9).all() and (told.middle <= told.high + 1e-9).all()
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(days, min_size=1, max_size=8), st.integers(0, 750))
def test_histories_are_what_counting_by_hand_gives(offsets: list[list[int]], today: int) -> None:
    first = date(2024, 1, 1)
    customers = {str(n): [first + timedelta(days=day) for day in dates] for n, dates in enumerate(offsets)}
    found = histories(customers, first + timedelta(days=today))
    seen = {
        name: sorted({day for day in dates if day <= today}) for name, dates in zip(customers, offsets, strict=True)
    }
    assert list(found.ids) == [name for name, dates in seen.items() if dates]
    for place, name in enumerate(found.ids):
        dates = seen[name]
        logs = np.log(np.diff(dates) / 7)
        assert found.frequency[place] == len(dates) - 1
        assert np.isclose(found.recency[place] * 7, dates[-1] - dates[0])
        assert np.isclose(found.since[place] * 7, today - dates[-1])
        assert np.isclose(found.gap_mean[place], logs.mean() if logs.size else 0.0)
        assert np.isclose(found.gap_squares[place], ((logs - logs.mean()) ** 2).sum() if logs.size else 0.0, atol=1e-7)
