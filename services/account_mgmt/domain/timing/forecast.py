"""What is predicted for each customer, and by which model: next date, chance to buy, retention probability."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from services.account_mgmt.domain.timing import bgnbd, buyers, comeback
from services.account_mgmt.domain.timing.bgnbd import CountModel
from services.account_mgmt.domain.timing.buyers import COUNTED, Buyers
from services.account_mgmt.domain.timing.comeback import Cohorts
from services.account_mgmt.domain.timing.history import DAYS, Floats, Histories, Ints, Log, histories_of
from services.account_mgmt.domain.timing.mixture import SHARE

Said = Literal["own gaps", "own gaps, changing", "own season", "purchase counts", "the house"]
HORIZON_DAYS: Final = 30
HORIZON_WEEKS: Final = HORIZON_DAYS / DAYS
LOW, MIDDLE, HIGH = (1 - SHARE) / 2, 0.5, (1 + SHARE) / 2
_FURTHEST_WEEKS = 156.0
_FEWEST_GAPS = 30
"""Gaps of all customers together below which only counts are used."""
_AT_ONCE = 5_000
_SURE = 0.95
"""How likely somebody must have a rhythm to be judged by it: twenty to one against counts."""
_SAID: Final[tuple[Said, ...]] = (
    "own gaps", "own gaps, changing", "own gaps, changing", "own season", "purchase counts",
)  # fmt: skip


@dataclass(frozen=True)
class Models:
    """What was fitted on all purchases; none of what they cannot carry."""

    counts: CountModel | None
    buyers: Buyers | None = None
    cohorts: Cohorts | None = None


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
    said: NDArray[np.object_]

    def speaker(self, place: int) -> Said:
        """Which model was used for the customer at this place."""
        said: Said = self.said[place]
        return said


def fit(log: Log, now: date) -> Models:
    """Fit everything that the purchases can carry."""
    counts = bgnbd.fit(histories_of(log, now), modified=True)
    cohorts = comeback.fit(log, now.toordinal())
    if counts is None or (log.count - 1).sum() < _FEWEST_GAPS:
        return Models(counts, cohorts=cohorts)
    return Models(counts, buyers.fit(log, now, counts), cohorts)


def foretell(models: Models, log: Log, now: date, *, usual_weeks: float) -> Forecast:
    """Forecasts for everybody. `usual_weeks` is the usual gap while nothing can be fitted."""
    known = histories_of(log, now)
    if models.counts is None:
        return _by_usual_gap(known, usual_weeks)
    found = _by_counts(models.counts, known)
    if models.cohorts is not None:
        _once(found, np.flatnonzero(log.count == 1), log, models.cohorts)
    if models.buyers is not None:
        again = np.flatnonzero(log.count > 1)
        # Those with as many gaps together, as nothing is computed for gaps that nobody has.
        again = again[np.argsort(log.count[again], kind="stable")]
        for first in range(0, len(again), _AT_ONCE):
            _again(found, again[first : first + _AT_ONCE], models.buyers, models.counts, log, now)
    return found


def _again(found: Forecast, places: Ints, sorts: Buyers, counts: CountModel, log: Log, now: date) -> None:
    """Write over what counts say of the customers at these places; only of those with a rhythm, whether they buy."""
    part = log.of(places)
    judged = sorts.judge(part, now)
    mixture, alive, names = sorts.mixture(judged, counts.p_stays(histories_of(part, now)))
    low, middle, high = sorts.interval(judged, mixture, names)
    found.low[places], found.middle[places], found.high[places] = low / DAYS, middle / DAYS, high / DAYS
    rhythm = names[:, COUNTED] < 1 - _SURE
    at = places[rhythm]
    found.regular[at], found.p_alive[at] = True, alive[rhythm]
    found.p_buys[at] = (alive * mixture.within(np.full(len(places), HORIZON_DAYS)))[rhythm]
    found.said[at] = np.array(_SAID, dtype=object)[np.argmax(names[rhythm][:, :COUNTED], axis=1)]


def _once(found: Forecast, places: Ints, log: Log, cohorts: Cohorts) -> None:
    """Whoever bought once is like the others who did, whatever the kinds of those who buy often."""
    first, since = log.days[log.start[places]], found.of.since[places] * DAYS
    comes = cohorts.p_comes(first, since)
    found.p_buys[places] *= comes / np.maximum(found.p_alive[places], 1e-9)
    np.minimum(found.p_buys, 1.0, out=found.p_buys)
    found.p_alive[places] = comes
    for into, level in ((found.low, LOW), (found.middle, MIDDLE), (found.high, HIGH)):
        into[places] = np.minimum(cohorts.days_until(since, level) / DAYS, _FURTHEST_WEEKS)


def _by_counts(counts: CountModel, known: Histories) -> Forecast:
    shape, scale = counts.r + known.frequency, counts.alpha + known.age
    low, middle, high = (
        np.minimum(scale * ((1 - share) ** (-1 / shape) - 1), _FURTHEST_WEEKS) for share in (LOW, MIDDLE, HIGH)
    )
    alive, buys = counts.p_alive(known), counts.p_buys(known, HORIZON_WEEKS)
    nobody, said = np.zeros(len(known.ids), dtype=bool), _said("purchase counts", known)
    return Forecast(known, nobody, low, middle, high, alive, np.clip(buys, 0.0, 1.0), said)


def _by_usual_gap(known: Histories, usual_weeks: float) -> Forecast:
    """Nothing is fitted yet: the usual gap, and nobody is considered lost."""
    left = np.maximum(usual_weeks - known.since, 0.0)
    ones, nobody = np.ones(len(known.ids)), np.zeros(len(known.ids), dtype=bool)
    buys = np.where(left <= HORIZON_WEEKS, 0.5, 0.1)
    return Forecast(known, nobody, left / 2, left, left + usual_weeks, ones, buys, _said("the house", known))


def _said(by: Said, known: Histories) -> NDArray[np.object_]:
    return np.full(len(known.ids), by, dtype=object)
