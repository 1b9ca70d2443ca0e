"""A customer's own rhythm where it changes: the logarithm of the next gap, predicted from the gaps before it.

Two of them, by what of the past they keep: mostly the last gaps (`local`), or a line through them (`trend`), for whom
every gap is a little shorter or longer than the one before. Each is a Bayesian regression with weights that fade
(M. West, J. Harrison, Bayesian Forecasting and Dynamic Models, 2nd ed. 1997, sections 2 and 6), drawn towards
everybody's gaps. How far a gap strays from the line is not estimated: every scatter of a list is tried, and the sorts
of buyers say how common each is. Gaps are in days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.account_mgmt.domain.timing.history import Floats

SCATTERS: Final = (0.03, 0.045, 0.065, 0.09, 0.13, 0.19, 0.28, 0.4, 0.6)
"""Standard deviations of the logarithm of a gap around the line."""
ROUNDED: Final = 1 / 12
"""Variance of a time that is known by its day, in days."""
_LARGEST_SURPRISE = 40.0
_HALF_LOG_TAU = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Kind:
    """A way to look at the past: `memory` of a gap after the next one; `slope`, how much a gap may differ from the one
    before (standard deviation of the logarithm, 0 for not at all); and the fewest gaps that can show it."""

    name: str
    memory: float
    slope: float
    fewest: int


CHANGING: Final = (Kind("local", 0.7, 0.0, 3), Kind("trend", 0.9, 0.08, 3))
SEASONAL: Final = Kind("season", 0.9, 0.0, 4)


@dataclass(frozen=True)
class Level:
    """Everybody's gaps: the mean of the customers' mean logarithms, and their variance."""

    mean: float
    between: float

    @classmethod
    def of(cls, gaps: Floats) -> Level:
        """Of customers with a gap at least (logarithms, a row each, nan for none)."""
        number = (~np.isnan(gaps)).sum(axis=1)
        means = np.nansum(gaps, axis=1)[number > 0] / number[number > 0]
        return cls(float(means.mean()), max(float(means.var()), 0.05))


@dataclass(frozen=True)
class Told:
    """What was predicted of every gap before it came, and (last column) of the one to come: the logarithm's center and
    its standard deviation."""

    center: Floats
    spread: Floats

    def density(self, gaps: Floats) -> Floats:
        """Logarithm of the density that was given to the gaps (logarithms) that came, in all of each customer."""
        spread = self.spread[:, :-1]
        found = -0.5 * ((gaps - self.center[:, :-1]) / spread) ** 2 - np.log(spread) - _HALF_LOG_TAU
        # One gap that nobody could foresee decides nothing by itself.
        return np.asarray(np.nansum(np.maximum(found, -_LARGEST_SURPRISE), axis=1))


def told(gaps: Floats, level: Level, kind: Kind) -> Iterator[Told]:
    """For every scatter: each gap of each customer (the last at the right) from the ones before it."""
    weight, at, at2, total, tilt = _sums(gaps, kind.memory)
    # Where the line leads away from the level, the level says little of where it is by now.
    between = level.between * 4 + 0.5 if kind.slope else level.between
    for scatter in SCATTERS:
        certainty = 1 / scatter**2
        by_level = certainty * weight + 1 / between
        drawn = certainty * total + level.mean / between
        if kind.slope:
            both, by_slope = certainty * at, certainty * at2 + 1 / kind.slope**2
            determinant = by_level * by_slope - both**2
            center = (by_slope * drawn - both * certainty * tilt) / determinant
            variance = by_slope / determinant
        else:
            center, variance = drawn / by_level, 1 / by_level
        rounded = ROUNDED * np.exp(-2 * np.maximum(center, 0.0))
        yield Told(center, np.sqrt(scatter**2 + variance + rounded))


def _sums(gaps: Floats, memory: float) -> tuple[Floats, ...]:
    """Before each gap and after the last: faded sums of 1, time, its square, gap, gap by time; the next is at 0."""
    customers, steps = gaps.shape
    found = tuple(np.zeros((customers, steps + 1)) for _ in range(5))
    for step in range(steps):
        weight, at, at2, total, tilt = (one[:, step] for one in found)
        came = ~np.isnan(gaps[:, step])
        gap = np.where(came, gaps[:, step], 0.0)
        following = (
            memory * weight + 1,
            memory * (at - weight) - 1,
            memory * (at2 - 2 * at + weight) + 1,
            memory * total + gap,
            memory * (tilt - total) - gap,
        )
        for one, value in zip(found, following, strict=True):
            one[:, step + 1] = np.where(came, value, one[:, step])
    return found
