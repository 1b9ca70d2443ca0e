"""Sorts of buyers: how long their gaps are, and how even. How common each sort is, the house's own customers say.

Even buyers have gaps with a mean and a scatter of their own (log-normal), random ones come at a rate (exponential).
Every mean and every scatter of a grid is a sort. The shares of the sorts are those under which the gaps of all
customers are most likely: a nonparametric mixture (J. Kiefer, J. Wolfowitz, Ann. Math. Stat. 27, 1956), found step by
step and smoothed after each (B. Silverman et al., J. R. Stat. Soc. B 52, 1990), the less the more customers there are.
So a customer of one gap is judged by those with similar gaps, and one of many gaps by themselves. Gaps are in days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import gammaln

from services.account_mgmt.domain.timing.history import Floats, Ints
from services.account_mgmt.domain.timing.rhythm import ROUNDED

SCATTERS: Final = (0.025, 0.04, 0.06, 0.09, 0.13, 0.19, 0.28, 0.4, 0.6, 0.85, 1.2)
EVEN_UPTO: Final = 0.4
"""The largest scatter that is called a rhythm."""
_OVERLAP = 0.6
_RATE_SHAPE, _RATE_STEP = 6.0, 0.4
_ROUNDS = 40
_EACH_SORT = 4.0
"""As how many customers it counts that nothing is known of the shares yet."""
_RARE = 2e-4
"""Sorts rarer than this are left out."""


@dataclass(frozen=True)
class Gaps:
    """The last gaps of some customers (days, a row each, the last at the right, nan for none), and their moments."""

    days: Floats
    logs: Floats
    number: Ints
    mean: Floats
    squares: Floats

    @classmethod
    def of(cls, days: Floats) -> Gaps:
        """Of customers with a gap at least."""
        logs = np.log(np.maximum(days, 0.5))
        number = (~np.isnan(logs)).sum(axis=1)
        mean = np.nansum(logs, axis=1) / number
        return cls(days, logs, number, mean, np.nansum((logs - mean[:, None]) ** 2, axis=1))


@dataclass(frozen=True)
class Even:
    """Sorts with even gaps: the logarithm's mean, how far it varies within the sort, and its scatter."""

    mean: Floats
    width: Floats
    scatter: Floats

    @classmethod
    def of(cls, mean: Floats, scatter: Floats) -> Even:
        """With these means and scatters."""
        return cls(mean, _OVERLAP * scatter, scatter)

    @classmethod
    def grid(cls, shortest: float, longest: float) -> Even:
        """All of them between these means (logarithms); the more even, the finer."""
        means = [np.arange(shortest, longest + one, one) for one in SCATTERS]
        scatter = np.concatenate([np.full(len(mean), one) for mean, one in zip(means, SCATTERS, strict=True)])
        return cls.of(np.concatenate(means), scatter)

    def judge(self, gaps: Gaps) -> tuple[Floats, Floats, Floats]:
        """For each customer and sort: log chance of the gaps (per day), and of the next one the logarithm's center and
        standard deviation."""
        number, mean = gaps.number[:, None], gaps.mean[:, None]
        error = self.scatter**2 + ROUNDED * np.exp(-2 * np.maximum(self.mean, 0.0))
        of_mean, within = error / number, self.width**2
        total = of_mean + within
        chance = -0.5 * (number * np.log(2 * np.pi * error) + gaps.squares[:, None] / error)
        chance += 0.5 * (np.log(of_mean / total) - (mean - self.mean) ** 2 / total) - number * mean
        center = (within * mean + of_mean * self.mean) / total
        return chance, center, np.sqrt(error + of_mean * within / total)


def random_grid(shortest: float, longest: float) -> Floats:
    """Mean gaps (logarithms) of sorts that come at random."""
    return np.arange(shortest, longest + _RATE_STEP, _RATE_STEP)


def judge_random(means: Floats, gaps: Gaps) -> tuple[Floats, Floats, Floats]:
    """For each customer and sort that comes at random: log chance of the gaps (per day), shape and scale of the next
    gap, which is Lomax distributed."""
    number, scale = gaps.number[:, None], _RATE_SHAPE * np.exp(means)
    shape, seen = _RATE_SHAPE + number, scale + np.nansum(gaps.days, axis=1)[:, None]
    chance = gammaln(shape) - gammaln(_RATE_SHAPE) + _RATE_SHAPE * np.log(scale) - shape * np.log(seen)
    return chance, np.broadcast_to(shape, chance.shape), seen


def shares(chances: Floats, families: Sequence[Floats]) -> Floats:
    """How common each sort is. `chances`: log chance of all that is known, a row for each customer. `families`: the
    means of the sorts of each family, over which its shares are smoothed; families without means have one sort."""
    sizes = [max(len(means), 1) for means in families]
    share = np.concatenate([np.full(size, 1 / size / len(sizes)) for size in sizes])
    at_first, smooth = share, _smoothing(families, len(chances))
    relative = np.exp(chances - chances.max(axis=1, keepdims=True))
    for _ in range(_ROUNDS):
        share = share * (relative.T @ (1 / (relative @ share)))
        share = np.concatenate([
            one if kernel is None else kernel @ one
            for one, kernel in zip(np.split(share, np.cumsum(sizes)[:-1]), smooth, strict=True)
        ])  # fmt: skip
        share = (share + _EACH_SORT * at_first) / (len(chances) + _EACH_SORT)
    share = np.where(share < _RARE, 0.0, share)
    return np.asarray(share / share.sum())


def _smoothing(families: Sequence[Floats], customers: int) -> list[Floats | None]:
    wide = float(np.clip(0.9 * customers ** (-1 / 3), 0.04, 0.3))
    found: list[Floats | None] = []
    for means in families:
        if not len(means):
            found.append(None)
            continue
        step = max(float(np.diff(means[:2]).sum()), 1e-3)
        kernel = np.exp(-0.5 * ((means[:, None] - means) / max(wide, 0.5 * step)) ** 2)
        found.append(kernel / kernel.sum(axis=0))
    return found
