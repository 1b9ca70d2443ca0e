"""Which model is used for which customer, and what it predicts: next date, chance to buy, retention probability."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from services.account_mgmt.domain.timing import bgnbd, gaps
from services.account_mgmt.domain.timing.bgnbd import CountModel
from services.account_mgmt.domain.timing.gaps import GapModel
from services.account_mgmt.domain.timing.history import DAYS, Floats, Histories, Log, histories_of

Speaker = Literal["own gaps", "purchase counts", "the house"]
HORIZON_WEEKS = 30 / DAYS
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
_FURTHEST_WEEKS = 156.0
_LOOKS = 8
"""Days, a month apart, from which purchases that are known by now are predicted."""
_FEWEST_GAPS = 2
_PRIOR_VOTES = 4.0
"""How many looks the verdict of all customers together counts for."""


@dataclass(frozen=True)
class Models:
    """What was fitted on all purchases. `gap_wins` is the mean gain of gaps over counts, in nats."""

    counts: CountModel | None
    gaps: GapModel | None
    gap_wins: float = 0.0


@dataclass(frozen=True)
class Forecast:
    """Of each customer, as of one day: weeks from today to the next purchase (low, middle, high), and the chances."""

    of: Histories
    regular: NDArray[np.bool_]
    low: Floats
    middle: Floats
    high: Floats
    p_alive: Floats
    p_buys: Floats

    def speaker(self, place: int, models: Models) -> Speaker:
        """Which model was used for the customer at this place."""
        if self.regular[place]:
            return "own gaps"
        return "purchase counts" if models.counts else "the house"


def fit(log: Log, now: date) -> Models:
    """Fit everything that the purchases can carry, and see which model predicts better who buys."""
    known = histories_of(log, now)
    models = Models(counts=bgnbd.fit(known, modified=True), gaps=gaps.fit(known))
    gain, votes = held_out(models, log, now)
    return replace(models, gap_wins=float(gain.sum() / max(votes.sum(), 1.0)))


def held_out(models: Models, log: Log, now: date) -> tuple[Floats, Floats]:
    """Of each customer: how much better gaps than counts predicted whether they buy within 30 days (nats in all).

    Looked at from the last months' days, with what was known then; and on how many of those days they could be judged
    by a gap of their own.
    """
    gain, votes = np.zeros(len(log.ids)), np.zeros(len(log.ids))
    if models.counts is None or models.gaps is None:
        return gain, votes
    for back in range(1, _LOOKS + 1):
        day = now - timedelta(days=30 * back)
        earlier, places = log.upto(day)
        known = histories_of(earlier, day)
        bought = log.bought_between(places, day, day + timedelta(days=30))
        own, theirs = _by_gaps(models.gaps, models.counts, known)[-1], models.counts.p_buys(known, HORIZON_WEEKS)
        judged = known.frequency >= _FEWEST_GAPS
        gain[places] += np.where(judged, _log_chance(own, bought) - _log_chance(theirs, bought), 0.0)
        votes[places] += judged
    return gain, votes


def _log_chance(chance: Floats, happened: NDArray[np.bool_]) -> Floats:
    """Logarithm of the chance that was given to what happened; never that of nothing."""
    sure = np.clip(chance, 0.001, 0.999)
    return np.where(happened, np.log(sure), np.log(1 - sure))


def predict(models: Models, log: Log, now: date, *, usual_weeks: float) -> Forecast:
    """Forecasts for everybody. `usual_weeks` is the usual gap while nothing can be fitted."""
    known = histories_of(log, now)
    gain, votes = held_out(models, log, now)
    verdict = (gain + _PRIOR_VOTES * models.gap_wins) / (votes + _PRIOR_VOTES)
    regular = (verdict > 0) & (known.frequency >= _FEWEST_GAPS) if models.gaps else np.zeros(len(known.ids), dtype=bool)
    found = _by_counts(models.counts, known) if models.counts else _by_usual_gap(known, usual_weeks)
    if models.gaps and models.counts and regular.any():
        own = _by_gaps(models.gaps, models.counts, known)
        found = [np.where(regular, mine, theirs) for mine, theirs in zip(own, found, strict=True)]
    low, middle, high, alive, buys = found
    return Forecast(known, regular, low, middle, high, alive, buys)


def _by_counts(model: CountModel, known: Histories) -> list[Floats]:
    shape, scale = model.r + known.frequency, model.alpha + known.age
    ahead = [np.minimum(scale * ((1 - share) ** (-1 / shape) - 1), _FURTHEST_WEEKS) for share in (LOW, MIDDLE, HIGH)]
    return [*ahead, model.p_alive(known), model.p_buys(known, HORIZON_WEEKS)]


def _by_gaps(model: GapModel, counts: CountModel, known: Histories) -> list[Floats]:
    """The next gap by the customer's own; a silence longer than their gaps says that they have left.

    By Bayes' rule from the chance to stay after a purchase (counts) and that a gap lasts so long (gaps).
    """
    ahead = [np.minimum(model.quantile(known, share) - known.since, _FURTHEST_WEEKS) for share in (LOW, MIDDLE, HIGH)]
    stays = (counts.b + known.frequency) / (counts.a + counts.b + known.frequency)
    silent = 1 - model.p_within(known, known.since)
    alive = stays * silent / (stays * silent + 1 - stays)
    return [*ahead, alive, alive * model.p_buys(known, HORIZON_WEEKS)]


def _by_usual_gap(known: Histories, usual_weeks: float) -> list[Floats]:
    """Nothing is fitted yet: the usual gap, and nobody is considered lost."""
    left = np.maximum(usual_weeks - known.since, 0.0)
    ones = np.ones(len(known.ids))
    return [left / 2, left, left + usual_weeks, ones, np.where(left <= HORIZON_WEEKS, 0.5, 0.1)]
