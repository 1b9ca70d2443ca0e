"""A customer's own rhythm: the logarithm of the next gap, predicted from the gaps before it, one after the other.

Three of them, by what of the past they keep: all of it (`steady`), mostly the last gaps (`local`), or a line through
them (`trend`), for whom every gap is a little shorter or longer than the one before. Each is a Bayesian regression with
weights that fade (M. West, J. Harrison, Bayesian Forecasting and Dynamic Models, 2nd ed. 1997, sections 2 and 6), drawn
towards everybody's gaps where a customer has few. The error is the customer's own too; the next gap is then t
distributed (A. Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 3.2). Gaps are in days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.account_mgmt.domain.timing.history import Floats

_FADING = 0.9
"""How much of an error is remembered after the next one."""
_PRIOR_ERRORS = 2.0
"""How many of a customer's errors everybody's counts for."""
_SMALLEST = 1e-4
_FEWEST = 10
_UNKNOWN_ERROR = 0.25


@dataclass(frozen=True)
class Kind:
    """A way to look at the past: `memory` of a gap after the next one; `slope`, how much a gap may differ from the one
    before (standard deviation of the logarithm, 0 for not at all); `handicap` in nats, because it can fit chance."""

    name: str
    memory: float = 1.0
    slope: float = 0.0
    handicap: float = 0.0


STEADY: Final = Kind("steady")
SEASONAL: Final = Kind("season", memory=0.9, handicap=0.5)
KINDS: Final = (STEADY, Kind("local", memory=0.7, handicap=0.5), Kind("trend", memory=0.9, slope=0.04, handicap=1.0))


@dataclass(frozen=True)
class Prior:
    """Everybody's gaps: the mean of their logarithms, its variance between customers, and an error's within one."""

    mean: float
    between: float
    within: float


@dataclass(frozen=True)
class Told:
    """What was predicted of every gap before it came, and (last column) of the one to come: the logarithm's center and
    spread, degrees of freedom, and from how many gaps."""

    center: Floats
    spread: Floats
    freedom: Floats
    known: Floats


def prior_of(gaps: Floats) -> Prior | None:
    """Moments of all customers' gaps (logarithms, one row each, nan for none); none without any."""
    number = (~np.isnan(gaps)).sum(axis=1)
    rows = gaps[number > 0]
    if not len(rows):
        return None
    number = number[number > 0]
    mean = np.nansum(rows, axis=1) / number
    squares = np.nansum((rows - mean[:, None]) ** 2, axis=1) / np.maximum(number - 1, 1)
    often = squares[number >= 4]
    within = float(np.median(np.maximum(often, _SMALLEST))) if len(often) >= _FEWEST else _UNKNOWN_ERROR
    # Of the scatter of the customers' means, the part that chance alone gives is not theirs.
    between = float(np.var(mean) - np.mean(within / number))
    return Prior(float(np.mean(mean)), max(between, 0.01), within)


def predicted(gaps: Floats, prior: Prior, kind: Kind) -> Told:
    """Each gap of each customer (logarithms, the last one at the right, nan for none) from the ones before it."""
    customers, steps = gaps.shape
    line = _Line(customers, prior, kind)
    told = Told(*(np.zeros((customers, steps + 1)) for _ in range(4)))
    for step in range(steps + 1):
        center, of_mean = line.next()
        told.center[:, step] = center
        told.spread[:, step] = np.sqrt(line.error + of_mean)
        told.freedom[:, step] = line.errors + _PRIOR_ERRORS
        told.known[:, step] = line.known
        if step < steps:
            line.learn(gaps[:, step], center)
    return told


class _Line:
    """The regression of every customer's gaps on how long ago they were, the next one being at 0."""

    def __init__(self, customers: int, prior: Prior, kind: Kind) -> None:
        self._kind, self._prior = kind, prior
        # Where the line leads away from the mean, the mean says little of where it is by now.
        self._between = prior.between * 4 + 0.5 if kind.slope else prior.between
        self._weight, self._at, self._at2, self._sum, self._tilt = (np.zeros(customers) for _ in range(5))
        self._squares, self.errors, self.known = (np.zeros(customers) for _ in range(3))

    @property
    def error(self) -> Floats:
        """Variance of a gap around the line."""
        return np.asarray((self._squares + _PRIOR_ERRORS * self._prior.within) / (self.errors + _PRIOR_ERRORS))

    def next(self) -> tuple[Floats, Floats]:
        """The line at the next gap, and the variance of that."""
        certainty = 1 / np.maximum(self.error, _SMALLEST)
        level = certainty * self._weight + 1 / self._between
        total = certainty * self._sum + self._prior.mean / self._between
        if not self._kind.slope:
            return total / level, 1 / level
        both = certainty * self._at
        slope = certainty * self._at2 + 1 / self._kind.slope**2
        determinant = level * slope - both**2
        center = (slope * total - both * certainty * self._tilt) / determinant
        return center, slope / determinant

    def learn(self, gap: Floats, center: Floats) -> None:
        """Take in the gap that came (nan for none); what came before is a step further away."""
        came = ~np.isnan(gap)
        gap = np.where(came, gap, 0.0)
        # The first gaps are judged by everybody's, and say nothing of this customer's error.
        judged = came & (self.known >= (2 if self._kind.slope else 1))
        self._squares = np.where(judged, _FADING * self._squares + (gap - center) ** 2, self._squares)
        self.errors = np.where(judged, _FADING * self.errors + 1, self.errors)
        memory, weight, at, at2 = self._kind.memory, self._weight, self._at, self._at2
        self._tilt = np.where(came, memory * (self._tilt - self._sum) - gap, self._tilt)
        self._sum = np.where(came, memory * self._sum + gap, self._sum)
        self._at2 = np.where(came, memory * (at2 - 2 * at + weight) + 1, at2)
        self._at = np.where(came, memory * (at - weight) - 1, at)
        self._weight = np.where(came, memory * weight + 1, weight)
        self.known = self.known + came
