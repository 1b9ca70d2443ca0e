"""Buyers with a year of their own: their gaps by their own clock, and when they come back after a pause.

Whether a customer has seasons is judged by their clock as it was known before each gap. A wait that began in the last
season says little of when the next one begins for them: that is learned from when the house's customers with gaps as
long came back after their opening month had begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.special import logsumexp

from services.account_mgmt.domain.timing.history import Floats, Ints, Log
from services.account_mgmt.domain.timing.rhythm import SEASONAL, Level, told
from services.account_mgmt.domain.timing.season import Clock, clock_of

_CUTS, _CUT_DAYS = 8, 75
"""Days from which a customer's year is judged as it was known then."""
_SHRINK_JUDGED, _SHRINK = 0.3, 0.05
"""A year that is judged by what it could not know is drawn towards everybody's more than one that is used."""
_SHORTEST = 0.5
_BEFORE = 0.05
_KEPT_RETURNS = 300
_ALIKE = 0.35
"""By how much the logarithm of a gap may differ to be about as long."""
_UNKNOWN_RETURNS = 2.0
"""As how many returns it counts that the first gap of a season begins anywhere."""
_RETURN_DAYS = 120


@dataclass(frozen=True)
class Own:
    """The logarithms of some customers' last gaps by each one's own clock, as it is known and as it was known before
    each (with how fast that ran on its day)."""

    clock: Clock
    gaps: Floats
    then: Floats
    pace_then: Floats

    @classmethod
    def of(cls, log: Log, now: date, year: Floats, kept: int) -> Own:
        """With everybody's `year`, towards which the customers' are drawn."""
        clock = clock_of(log, now, year, shrink=_SHRINK)
        own = np.diff(log.last(clock.at(log.owner, log.days), kept + 1), axis=1)
        return cls(clock, _log(own), *_as_known_then(log, now, year, kept))

    def judge(self, level: Level, level_then: Level) -> tuple[Floats, Floats, Floats]:
        """For each customer and scatter: log chance of the gaps (per day of the calendar), and of the next one the
        logarithm's center and standard deviation.

        Clocks were less sure then: what was known before each gap says whether they have seasons, what is known now how
        far their gaps scatter.
        """
        before = np.stack([one.density(self.then) for one in told(self.then, level_then, SEASONAL)], axis=1)
        after = list(told(self.gaps, level, SEASONAL))
        scatter = np.stack([one.density(self.gaps) for one in after], axis=1)
        per_day = np.nansum(self.pace_then - self.then, axis=1)
        seasons = logsumexp(before, axis=1) + per_day
        scatter += _BEFORE * (before - scatter)
        chance = seasons[:, None] + scatter - logsumexp(scatter, axis=1, keepdims=True)
        center, spread = (np.stack([value[:, -1] for value in values], axis=1) for values in zip(
            *((one.center, one.spread) for one in after), strict=True))  # fmt: skip
        return chance, center, spread


def _log(gaps: Floats) -> Floats:
    return np.log(np.maximum(gaps, _SHORTEST))


def _as_known_then(log: Log, now: date, year: Floats, kept: int) -> tuple[Floats, Floats]:
    """The last gaps by the clocks as they were known before each, and how fast those ran on its day (logarithms)."""
    gaps = np.full((len(log.ids), kept), np.nan)
    pace = np.zeros_like(gaps)
    ends = log.last(log.days, kept + 1)
    owner = np.arange(len(log.ids))[:, None] + np.zeros((1, kept), dtype=np.int64)
    for back in range(_CUTS, 0, -1):
        cut = now - timedelta(days=_CUT_DAYS * back)
        after = -np.inf if back == _CUTS else cut.toordinal()
        until = np.inf if back == 1 else (cut + timedelta(days=_CUT_DAYS)).toordinal()
        here = (ends[:, 1:] > after) & (ends[:, 1:] <= until) & ~np.isnan(ends[:, :-1])
        if not here.any():
            continue
        known, places = log.upto(cut)
        speed = np.tile(year, (len(log.ids), 1))
        if len(places):
            speed[places] = clock_of(known, cut, year, shrink=_SHRINK_JUDGED).speed
        clock = Clock(speed)
        of, end, begin = owner[here], ends[:, 1:][here].astype(np.int64), ends[:, :-1][here].astype(np.int64)
        gaps[here] = _log(clock.at(of, end) - clock.at(of, begin))
        pace[here] = np.log(clock.on(of, end))
    return gaps, pace


@dataclass(frozen=True)
class Returns:
    """How many days after their season had opened customers came back, with the logarithm of their usual gap."""

    usual: Sequence[float]
    days: Sequence[float]

    @classmethod
    def of(cls, log: Log, clock: Clock, logs: Floats, seasons: Floats) -> Returns:
        """From the customers who have seasons (with a chance above a half)."""
        owner = log.owner
        begin, end = log.days[:-1], log.days[1:]
        same = (owner[:-1] == owner[1:]) & (seasons[owner[1:]] > 0.5)
        opening = clock.opening(owner[1:], end)
        came = np.flatnonzero(same & (opening > begin) & (opening <= end))
        came = came[:: -(-len(came) // _KEPT_RETURNS) or 1]
        return cls(np.nanmedian(logs, axis=1)[owner[1:][came]].tolist(), (end - opening)[came].tolist())

    def table(self, usual: Floats) -> Floats:
        """For customers with these gaps: the chance to be back by the end of each day, from the one before the opening.

        The next purchase is one of those of similar customers; while few are known, it falls anywhere in a usual gap.
        """
        days = np.arange(-1, _RETURN_DAYS)
        weight = np.exp(-0.5 * ((usual[:, None] - np.array(self.usual)) / _ALIKE) ** 2)
        anywhere = np.clip((days + 1) / np.maximum(np.exp(usual), 1.0)[:, None], 0.0, 1.0)
        came = weight @ (np.array(self.days)[:, None] <= days) + _UNKNOWN_RETURNS * anywhere
        return np.asarray(came / (weight.sum(axis=1, keepdims=True) + _UNKNOWN_RETURNS))


def opening_ahead(clock: Clock, last: Ints, today: Ints) -> Ints:
    """The opening that each customer has not come back after, 0 for none."""
    opening = clock.opening(np.arange(len(last)), today)
    return np.where(opening > last, opening, 0)
