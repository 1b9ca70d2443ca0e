"""Whoever bought once: will they come again? From how long others took, whatever the kinds of customers are.

The share of customers without a second purchase, by how long ago the first was (E. Kaplan, P. Meier, "Nonparametric
estimation from incomplete observations", J. Am. Stat. Assoc. 53, 1958). It levels off at those who never come: a share
of cured patients (J. Boag, J. R. Stat. Soc. B 11, 1949). How many still come behind the longest time that was seen is
taken from its last third, for as long again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.account_mgmt.domain.timing.history import Floats, Log

FEWEST = 20
"""Customers below which nothing is fitted."""
_AT_RISK = 10
_POINTS = 64


@dataclass(frozen=True)
class Comeback:
    """The share (`waiting`) that has not come again so many `days` after the first purchase, and that `never` will."""

    days: Sequence[float]
    waiting: Sequence[float]
    never: float

    def p_comes(self, since: Floats) -> Floats:
        """The probability that somebody comes again who has not for so many days."""
        waiting = np.interp(since, self.days, self.waiting)
        return np.clip(1 - self.never / np.maximum(waiting, 1e-9), 0.0, 1.0)


def fit(log: Log, today: int) -> Comeback | None:
    """From all customers; none for too few, or if nobody came again."""
    first, came = log.days[log.start[:-1]], log.count > 1
    if len(first) < FEWEST or not came.any():
        return None
    second = log.days[np.minimum(log.start[:-1] + 1, len(log.days) - 1)]
    took = np.where(came, second, today) - first
    order = np.argsort(took, kind="stable")
    took, came = took[order], came[order]
    waiting = np.cumprod(1 - came / (len(took) - np.arange(len(took))))
    longest = max(int(took[-min(_AT_RISK, len(took))]), 1)
    late = (took > longest * 2 / 3) & (took <= longest)
    exposed = np.maximum(np.minimum(took, longest) - longest * 2 / 3, 0).sum()
    rate = ((came & late).sum() + 0.5) / max(float(exposed), 1.0)
    points = np.unique(np.linspace(0, longest, _POINTS).astype(int))
    places = np.searchsorted(took, points, side="right") - 1
    kept = np.where(places >= 0, waiting[np.maximum(places, 0)], 1.0)
    return Comeback(points.astype(float).tolist(), kept.tolist(), float(kept[-1] * np.exp(-rate * longest)))
