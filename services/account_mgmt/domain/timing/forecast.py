"""Which model is used for which customer, and what it predicts: next date, chance to buy, retention probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from services.account_mgmt.domain.timing import bgnbd, calibration, comeback
from services.account_mgmt.domain.timing.bgnbd import CountModel
from services.account_mgmt.domain.timing.calibration import Bend
from services.account_mgmt.domain.timing.comeback import Comeback
from services.account_mgmt.domain.timing.history import DAYS, Floats, Histories, Ints, Log, histories_of
from services.account_mgmt.domain.timing.rhythm import KINDS, SEASONAL, prior_of
from services.account_mgmt.domain.timing.season import house_year
from services.account_mgmt.domain.timing.speakers import COUNTS, Gaps, Priors, Speaker, speakers_of

Said = Literal["own gaps", "own gaps, changing", "own season", "purchase counts", "the house"]
HORIZON_WEEKS: Final = 30 / DAYS
# Eight chances in ten, and a little more: what is estimated from few gaps is a little too sure of itself.
LOW, MIDDLE, HIGH = 0.085, 0.5, 0.915
_FURTHEST_WEEKS = 156.0
_FEWEST_GAPS = 30
"""Gaps of all customers together below which only counts are used."""
_LOOKED_AT = 10_000
"""Customers by whom the models are judged for the house; all of them up to so many."""
_AT_ONCE = 5_000
_HOUSE_GAPS = 4.0
"""How many gaps of a customer's own the verdict over all customers counts for."""
_SURE = 3.0
"""By how many nats a rhythm must have predicted better than counts: twenty to one."""
_HANDICAPS: Final = {**{kind.name: kind.handicap for kind in (*KINDS, SEASONAL)}, COUNTS: -_SURE}
_SAID: Final[Mapping[str, Said]] = {
    "steady": "own gaps", "local": "own gaps, changing", "trend": "own gaps, changing", "season": "own season",
    COUNTS: "purchase counts",
}  # fmt: skip


@dataclass(frozen=True)
class Rhythms:
    """What all customers' gaps say of one customer's: their priors, everybody's year, how well each model has predicted
    (nats a gap), and how the chances it gave are to be bent."""

    priors: Priors
    year: Sequence[float]
    merits: Mapping[str, float]
    alike: Mapping[str, Sequence[Sequence[float]]]


@dataclass(frozen=True)
class Models:
    """What was fitted on all purchases; none of what they cannot carry."""

    counts: CountModel | None
    rhythms: Rhythms | None = None
    comeback: Comeback | None = None


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
    """Fit everything that the purchases can carry, and see how well each model has predicted them."""
    counts = bgnbd.fit(histories_of(log, now), modified=True)
    back = comeback.fit(log, now.toordinal())
    if counts is None or (log.count - 1).sum() < _FEWEST_GAPS:
        return Models(counts, comeback=back)
    some = log.some(_LOOKED_AT)
    year = house_year(some, now)
    gaps = Gaps.of(some, now, year)
    found = [prior_of(one) for one in (gaps.plain, gaps.seasonal, gaps.seasonal_then)]
    priors = Priors(*(one for one in found if one is not None))
    speakers = speakers_of(some, now, counts, priors, year)
    again = some.count > 1
    total = max(float(np.minimum(some.count - 1, speakers[COUNTS].chances.shape[1])[again].sum()), 1.0)
    merits = {name: float(one.score[again].sum()) / total for name, one in speakers.items()}
    chosen = _chosen(speakers, merits, some.count - 1)
    alike = {}
    for place, (name, one) in enumerate(speakers.items()):
        mine = chosen == place
        alike[name] = calibration.histograms(one.chances[mine], one.alike[mine][:, :-1]).tolist()
    return Models(counts, Rhythms(priors, year.tolist(), merits, alike), back)


def _chosen(speakers: Mapping[str, Speaker], merits: Mapping[str, float], gaps: Ints) -> Ints:
    """Of each customer, the place of the model that has predicted them best; counts for whoever bought once."""
    scores = np.stack([
        one.score + _HOUSE_GAPS * merits[name] - _HANDICAPS[name] for name, one in speakers.items()
    ])  # fmt: skip
    return np.where(gaps < 1, list(speakers).index(COUNTS), np.argmax(scores, axis=0))


def foretell(models: Models, log: Log, now: date, *, usual_weeks: float) -> Forecast:
    """Forecasts for everybody. `usual_weeks` is the usual gap while nothing can be fitted."""
    known = histories_of(log, now)
    if models.counts is None:
        return _by_usual_gap(known, usual_weeks)
    found = _by_counts(models, models.counts, known)
    if models.rhythms is not None:
        again = np.flatnonzero(log.count > 1)
        for first in range(0, len(again), _AT_ONCE):
            _by_rhythms(found, again[first : first + _AT_ONCE], models.rhythms, models.counts, log, now)
    return found


def _by_rhythms(found: Forecast, places: Ints, rhythms: Rhythms, counts: CountModel, log: Log, now: date) -> None:
    """Write over what counts say of the customers at these places, by the model that has predicted each best."""
    part = log.of(places)
    speakers = speakers_of(part, now, counts, rhythms.priors, np.array(rhythms.year))
    chosen = _chosen(speakers, rhythms.merits, part.count - 1)
    known = histories_of(part, now)
    for place, (name, one) in enumerate(speakers.items()):
        mine = chosen == place
        if not mine.any():
            continue
        low, middle, high, alive, buys = _by(one, np.array(rhythms.alike[name]), counts, known)
        at = places[mine]
        found.low[at], found.middle[at], found.high[at] = low[mine], middle[mine], high[mine]
        found.said[at] = _SAID[name]
        if name != COUNTS:
            found.regular[at], found.p_alive[at], found.p_buys[at] = True, alive[mine], buys[mine]


def _by(one: Speaker, alike: Floats, counts: CountModel, known: Histories) -> tuple[Floats, ...]:
    """Low, middle, high (weeks), and the chances that they have not left and buy, by one model, corrected.

    A silence longer than their gaps says that they have left: Bayes' rule on the chance to stay after a purchase
    (counts) and that a gap lasts so long (the model).
    """
    last = one.alike[:, -1]
    bend = Bend.of(one.chances, alike[last], own=last != calibration.PAUSED)
    waited = bend.chance(one.p_within(one.waited))
    ahead = []
    for share in (LOW, MIDDLE, HIGH):
        level = np.clip(bend.level(np.minimum(waited + share * (1 - waited), 0.9995)), 1e-4, 0.9995)
        ahead.append(np.clip(one.days(one.quantile(level) - one.waited) / DAYS, 0.0, _FURTHEST_WEEKS))
    low, middle, high = ahead
    # Whole days: the next purchase falls on one of them, from the first to the last.
    low, high = np.minimum(low + 0.5 / DAYS, middle), np.maximum(high - 0.5 / DAYS, middle)
    silent, stays = 1 - waited, counts.p_stays(known)
    alive = stays * silent / np.maximum(stays * silent + 1 - stays, 1e-9)
    until = bend.chance(one.p_within(one.waited + one.ahead(HORIZON_WEEKS * DAYS)))
    return low, middle, high, alive, alive * np.clip((until - waited) / np.maximum(silent, 1e-9), 0.0, 1.0)


def _by_counts(models: Models, counts: CountModel, known: Histories) -> Forecast:
    shape, scale = counts.r + known.frequency, counts.alpha + known.age
    low, middle, high = (
        np.minimum(scale * ((1 - share) ** (-1 / shape) - 1), _FURTHEST_WEEKS) for share in (LOW, MIDDLE, HIGH)
    )
    alive, buys = counts.p_alive(known), counts.p_buys(known, HORIZON_WEEKS)
    if models.comeback is not None:
        # Whoever bought once is like the others who did, whatever the kinds of those who buy often.
        comes = np.where(known.frequency == 0, models.comeback.p_comes(known.since * DAYS), alive)
        buys = buys * comes / np.maximum(alive, 1e-9)
        alive = comes
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
