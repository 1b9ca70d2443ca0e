"""What each model said of every customer's last gaps before they came, and says of the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

from services.account_mgmt.domain.timing import calibration
from services.account_mgmt.domain.timing.bgnbd import CountModel
from services.account_mgmt.domain.timing.history import DAYS, Floats, Histories, Ints, Log, histories_of
from services.account_mgmt.domain.timing.rhythm import KINDS, SEASONAL, Kind, Prior, Told, predicted
from services.account_mgmt.domain.timing.season import Clock, clock_of

KEPT: Final = 48
"""Gaps of a customer that are looked at, the last ones."""
COUNTS: Final = "counts"
_CUTS, _CUT_DAYS = 8, 75
"""Days from which a customer's year is judged as it was known then."""
_SHRINK_JUDGED, _SHRINK = 0.3, 0.05
"""A year that is judged by what it could not know is drawn towards everybody's more than one that is used."""
_SHORTEST = 0.5
_WORST = -12.0
_PAUSED = 2.0


class Speaker(Protocol):
    """One model on some customers. `score` is the logarithm of the chance it gave to all their gaps and to the wait
    since; `chances` are those it gave to a gap no longer than each that came; `alike` the classes of calibration.

    `waited` is how long ago the last purchase is by the model's own clock, as are the times it is asked for.
    """

    score: Floats
    chances: Floats
    alike: Ints
    waited: Floats

    def p_within(self, elapsed: Floats) -> Floats:
        """The chance that the next purchase follows the last within so long."""
        ...

    def quantile(self, level: Floats) -> Floats:
        """How long after the last purchase the next one has come with this chance."""
        ...

    def ahead(self, days: float) -> Floats:
        """By how much the clock goes on in the next days of the calendar."""
        ...

    def days(self, ahead: Floats) -> Floats:
        """In how many days of the calendar the clock goes on by so much."""
        ...


@dataclass(frozen=True)
class Priors:
    """Everybody's gaps by the calendar; by customers' own clocks as they are known, and as they were known then."""

    plain: Prior
    seasonal: Prior
    seasonal_then: Prior


@dataclass(frozen=True)
class Gaps:
    """The logarithms of the last gaps of some customers (days), by the calendar and by each one's own clock."""

    plain: Floats
    seasonal: Floats
    seasonal_then: Floats
    pace_then: Floats
    clock: Clock

    @classmethod
    def of(cls, log: Log, now: date, year: Floats) -> Gaps:
        """With everybody's `year`, towards which the customers' are drawn."""
        clock = clock_of(log, now, year, shrink=_SHRINK)
        then, pace = _as_known_then(log, now, year)
        steps = np.diff(log.last(log.days, KEPT + 1), axis=1)
        own = np.diff(log.last(clock.at(log.owner, log.days), KEPT + 1), axis=1)
        return cls(_log(steps), _log(own), then, pace, clock)


def _log(gaps: Floats) -> Floats:
    return np.log(np.maximum(gaps, _SHORTEST))


def _as_known_then(log: Log, now: date, year: Floats) -> tuple[Floats, Floats]:
    """The last gaps by the clocks as they were known before each, and how fast those ran on its day (logarithms)."""
    gaps = np.full((len(log.ids), KEPT), np.nan)
    pace = np.zeros_like(gaps)
    ends = log.last(log.days, KEPT + 1)
    owner = np.arange(len(log.ids))[:, None] + np.zeros((1, KEPT), dtype=np.int64)
    for back in range(_CUTS, 0, -1):
        cut = now - timedelta(days=_CUT_DAYS * back)
        known, places = log.upto(cut)
        speed = np.tile(year, (len(log.ids), 1))
        if len(places):
            speed[places] = clock_of(known, cut, year, shrink=_SHRINK_JUDGED).speed
        clock = Clock(speed)
        after = -np.inf if back == _CUTS else cut.toordinal()
        until = np.inf if back == 1 else (cut + timedelta(days=_CUT_DAYS)).toordinal()
        here = (ends[:, 1:] > after) & (ends[:, 1:] <= until) & ~np.isnan(ends[:, :-1])
        of, end, begin = owner[here], ends[:, 1:][here].astype(np.int64), ends[:, :-1][here].astype(np.int64)
        gaps[here] = _log(clock.at(of, end) - clock.at(of, begin))
        pace[here] = np.log(clock.on(of, end))
    return gaps, pace


class RhythmSpeaker:
    """A customer's own gaps, by the calendar or by their own clock."""

    def __init__(self, gaps: Gaps, kind: Kind, priors: Priors, counts: CountModel, known: Histories, now: date) -> None:
        self._clock, self._now = gaps.clock if kind is SEASONAL else None, now
        used = gaps.plain if self._clock is None else gaps.seasonal
        self._told = predicted(used, priors.plain if self._clock is None else priors.seasonal, kind)
        since = known.since * DAYS
        today = now.toordinal()
        self.waited = since
        if self._clock is not None:
            last = (today - np.round(since)).astype(np.int64)
            self.waited = self._clock.at_all(today) - self._clock.at(np.arange(len(last)), last)
        judged, then = self._told, used
        pace = np.zeros_like(used)
        if self._clock is not None:
            judged, then, pace = (
                predicted(gaps.seasonal_then, priors.seasonal_then, kind),
                gaps.seasonal_then,
                gaps.pace_then,
            )
        self.score = _density(judged, then, pace) + self._silence(judged, counts, known)
        self.chances = _chances(self._told, used)
        long_ = np.concatenate(
            [gaps.plain - used > np.log(_PAUSED), (since > _PAUSED * np.maximum(self.waited, 1))[:, None]], axis=1
        )
        self.alike = calibration.classes(self._told.known, self._told.spread, long_)

    def _silence(self, told: Told, counts: CountModel, known: Histories) -> Floats:
        """Logarithm of the chance of the wait since the last purchase: they have left, or the gap is long."""
        stays = counts.p_stays(known)
        longer = 1 - _p_within(told, self.waited)
        return np.asarray(np.log(np.maximum(stays * longer + 1 - stays, 1e-6)))

    def p_within(self, elapsed: Floats) -> Floats:
        """As in Speaker."""
        return _p_within(self._told, elapsed)

    def quantile(self, level: Floats) -> Floats:
        """As in Speaker."""
        told = self._told
        return np.asarray(np.exp(told.center[:, -1] + told.spread[:, -1] * stdtrit(told.freedom[:, -1], level)))

    def ahead(self, days: float) -> Floats:
        """As in Speaker."""
        if self._clock is None:
            return np.full(len(self.waited), days)
        today = self._now.toordinal()
        return self._clock.at_all(today + round(days)) - self._clock.at_all(today)

    def days(self, ahead: Floats) -> Floats:
        """As in Speaker."""
        return ahead if self._clock is None else self._clock.days(self._now, np.maximum(ahead, 0.0))


def _p_within(told: Told, elapsed: Floats) -> Floats:
    z = (np.log(np.maximum(elapsed, _SHORTEST)) - told.center[:, -1]) / told.spread[:, -1]
    return np.asarray(stdtr(told.freedom[:, -1], z))


def _density(told: Told, gaps: Floats, pace: Floats) -> Floats:
    """Logarithm of the density, per day of the calendar, that was given to the gaps that came, in all."""
    spread, freedom = told.spread[:, :-1], told.freedom[:, :-1]
    z = (gaps - told.center[:, :-1]) / spread
    found = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - np.log(np.pi * freedom) / 2
    found += -np.log(spread) - (freedom + 1) / 2 * np.log1p(z**2 / freedom) - gaps + pace
    # The first gap is everybody's; and one that nobody could foresee decides nothing by itself.
    judged = ~np.isnan(gaps) & (told.known[:, :-1] >= 1)
    return np.asarray(np.where(judged, np.maximum(found, _WORST), 0.0).sum(axis=1))


def _chances(told: Told, gaps: Floats) -> Floats:
    z = (gaps - told.center[:, :-1]) / told.spread[:, :-1]
    return np.where(told.known[:, :-1] >= 1, stdtr(told.freedom[:, :-1], z), np.nan)


class CountSpeaker:
    """Purchase counts: the next gap is Lomax distributed, by the rate that a customer's purchases suggest."""

    def __init__(self, counts: CountModel, log: Log, known: Histories) -> None:
        self._counts, self._known = counts, known
        ends = (log.last(log.days, KEPT + 1) - log.days[log.start[:-1]][:, None]) / DAYS
        repeats = known.frequency[:, None] - np.arange(KEPT, -1, -1)[None, :]
        gaps, age, before = np.diff(ends, axis=1), ends[:, :-1], np.maximum(repeats[:, :-1], 0.0)
        shape, scale = counts.r + before, counts.alpha + age
        judged = ~np.isnan(gaps) & (before >= 1)
        with np.errstate(invalid="ignore"):
            density = np.log(shape) - np.log(scale) - (shape + 1) * np.log1p(gaps / scale) - np.log(DAYS)
            self.chances = np.where(judged, 1 - (1 + gaps / scale) ** -shape, np.nan)
        self.waited = known.since * DAYS
        stays, longer = counts.p_stays(known), 1 - self.p_within(self.waited)
        silence = np.log(np.maximum(stays * longer + 1 - stays, 1e-6))
        self.score = np.where(judged, np.nan_to_num(density), 0.0).sum(axis=1) + silence
        self.alike = calibration.classes(np.maximum(repeats, 0.0), np.ones_like(repeats), np.zeros_like(repeats))

    def p_within(self, elapsed: Floats) -> Floats:
        """As in Speaker."""
        counts, known = self._counts, self._known
        shape = counts.r + known.frequency
        return np.asarray(1 - (1 + elapsed / DAYS / (counts.alpha + known.recency)) ** -shape)

    def quantile(self, level: Floats) -> Floats:
        """As in Speaker."""
        counts, known = self._counts, self._known
        growth = (1 - level) ** (-1 / (counts.r + known.frequency)) - 1
        return np.asarray(DAYS * (counts.alpha + known.recency) * growth)

    def ahead(self, days: float) -> Floats:
        """As in Speaker."""
        return np.full(len(self.waited), days)

    def days(self, ahead: Floats) -> Floats:
        """As in Speaker."""
        return ahead


def speakers_of(log: Log, now: date, counts: CountModel, priors: Priors, year: Floats) -> Mapping[str, Speaker]:
    """All models on these customers, by name."""
    known, gaps = histories_of(log, now), Gaps.of(log, now, year)
    found: dict[str, Speaker] = {
        kind.name: RhythmSpeaker(gaps, kind, priors, counts, known, now) for kind in (*KINDS, SEASONAL)
    }
    return {**found, COUNTS: CountSpeaker(counts, log, known)}
