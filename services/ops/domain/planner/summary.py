"""Many runs in a few numbers: means, their intervals, and the difference of the two departments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from services.chassis.statistics import Z_95
from services.ops.domain.planner.figures import FIGURES, Figure
from services.ops.domain.planner.models import Model

Run = dict[Model, dict[str, float | None]]


@dataclass(frozen=True)
class Spread:
    """A figure over all runs: its mean, the 95 % interval of that mean, and what 95 of 100 runs lie between."""

    mean: float
    mean_low: float
    mean_high: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """One figure in both departments. `change` is three-tier beside classic as a share of classic, run by run."""

    figure: Figure
    classic: Spread | None
    three_tier: Spread | None
    change: Spread | None

    @property
    def told_apart(self) -> bool:
        """Whether 95 of 100 runs agree on the direction."""
        return self.change is not None and (self.change.low > 0 or self.change.high < 0)


def spread(values: Sequence[float]) -> Spread | None:
    """None without values."""
    if not values:
        return None
    mean = fmean(values)
    half = Z_95 * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return Spread(mean, mean - half, mean + half, quantile(values, 0.025), quantile(values, 0.975))


def quantile(values: Sequence[float], share: float) -> float:
    """Linear between the two values that lie nearest."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def compare(runs: Sequence[Run]) -> list[Comparison]:
    """Every figure, from runs in which both departments had the same luck."""
    return [_comparison(figure, runs) for figure in FIGURES]


def _comparison(figure: Figure, runs: Sequence[Run]) -> Comparison:
    both = [(run["classic"][figure.name], run["three-tier"][figure.name]) for run in runs]
    return Comparison(
        figure,
        spread([classic for classic, _ in both if classic is not None]),
        spread([three for _, three in both if three is not None]),
        spread([three / classic - 1 for classic, three in both if classic and three is not None]),
    )


def classic_wins(runs: Sequence[Run]) -> float:
    """The share of runs in which the classic department made as many first sales or more."""
    return fmean((run["classic"]["sales"] or 0) >= (run["three-tier"]["sales"] or 0) for run in runs)
