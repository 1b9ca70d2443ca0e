"""Whoever bought once: will they come again, and when? From how long others took, whatever the kinds of customers are.

The share of customers without a second purchase, by how long ago the first was (E. Kaplan, P. Meier, "Nonparametric
estimation from incomplete observations", J. Am. Stat. Assoc. 53, 1958). It levels off at those who never come: a share
of cured patients (J. Boag, J. R. Stat. Soc. B 11, 1949). How many still come behind the longest time that was seen is
taken from its last sixth. How long it takes is everybody's; how many come is learned for each time of the first
purchase from those who came at about the same time, because a house does not always win the same customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.account_mgmt.domain.timing.history import Floats, Ints, Log

FEWEST = 20
"""Customers below which nothing is fitted."""
_AT_RISK = 10
_POINTS = 64
_TOGETHER = 60.0
"""Days between two first purchases that are about at the same time; more in a long history."""
_FROM_ALL = 3.0
"""As how many customers everybody's share counts."""
_COHORTS = 10
_UNSEEN = 0.1
_LATE, _AHEAD = 5 / 6, 0.5
"""From where the longest time that was seen is looked at, and how much further it says who still comes."""


@dataclass(frozen=True)
class Cohorts:
    """The `share` of those who came `first` at about such a day (ordinal) that comes again; and of these, how many are
    still `waiting` so many `days` later. Behind the last of them they come at a `rate` a day."""

    first: Sequence[float]
    share: Sequence[float]
    days: Sequence[float]
    waiting: Sequence[float]
    rate: float

    def p_comes(self, first: Ints, since: Floats) -> Floats:
        """The probability that somebody comes again who first came that day and has not for so many days."""
        share = np.interp(first, self.first, self.share)
        waits = share * self._waiting(since)
        return np.asarray(waits / np.maximum(waits + 1 - share, 1e-9))

    def days_until(self, since: Floats, level: float) -> Floats:
        """In how many days they have come again with this chance, if they ever do."""
        aim = (1 - level) * self._waiting(since)
        days, waiting = np.array(self.days), np.array(self.waiting)
        inside = np.interp(-aim, -waiting, days)
        behind = days[-1] + np.log(waiting[-1] / np.maximum(aim, 1e-300)) / self.rate
        return np.asarray(np.maximum(np.where(aim >= waiting[-1], inside, behind) - since, 0.0))

    def _waiting(self, since: Floats) -> Floats:
        beyond = np.maximum(since - self.days[-1], 0.0)
        return np.asarray(np.interp(since, self.days, self.waiting) * np.exp(-self.rate * beyond))


def fit(log: Log, today: int) -> Cohorts | None:
    """From all customers; none for too few, or if nobody came again."""
    first, came = log.days[log.start[:-1]], log.count > 1
    if len(first) < FEWEST or not came.any():
        return None
    second = log.days[np.minimum(log.start[:-1] + 1, len(log.days) - 1)]
    took = np.where(came, second, today) - first
    order = np.argsort(took, kind="stable")
    days, left, never = _curve(took[order], came[order])
    of_all = 1 - never
    # At least a little is left to come: whoever waits longer than anybody yet is not known never to.
    waiting = np.maximum((left - never) / of_all, 1e-3)
    together = max(_TOGETHER, 0.1 * float(np.ptp(first)))
    centers = np.linspace(first.min(), first.max(), 1 + min(int(np.ptp(first) / together), _COHORTS - 1))
    weight = np.exp(-0.5 * ((first - centers[:, None]) / together) ** 2)
    could = 1 - np.interp(today - first, days, waiting)
    share = (weight @ came + _FROM_ALL * of_all) / (weight @ could + _FROM_ALL)
    share = np.clip(share, 0.0, 0.999)
    return Cohorts(centers.tolist(), share.tolist(), days.tolist(), waiting.tolist(), 1 / (_AHEAD * float(days[-1])))


def _curve(took: Ints, came: np.ndarray) -> tuple[Floats, Floats, float]:
    """Days, the share that still waits so long, and the one that always will. `took` in ascending order."""
    waiting = np.cumprod(1 - came / (len(took) - np.arange(len(took))))
    longest = max(int(took[-min(_AT_RISK, len(took))]), 1)
    points = np.unique((longest * np.linspace(0, 1, _POINTS) ** 2).astype(int))
    places = np.searchsorted(took, points, side="right") - 1
    kept = np.where(places >= 0, waiting[np.maximum(places, 0)], 1.0)
    late = took > longest * _LATE
    exposed = float((np.minimum(took[late], longest) - longest * _LATE).sum())
    rate = ((came & (took <= longest))[late].sum() + _UNSEEN) / max(exposed, 1.0)
    return points.astype(np.float64), kept, float(kept[-1] * np.exp(-rate * longest * _AHEAD))
