"""Calibration: an interval of 80 % should hold 80 % of what happens, and is corrected where it does not.

For every gap that has come, the probability the model had given to a gap no longer than it (the probability integral
transform) goes into a histogram: one of the customer's own, and one of all similar forecasts (same model, from about as
many gaps, about as precise). A calibrated model gives an even histogram. Where it is uneven, probabilities are mapped
through its running sum: T. Gneiting, F. Balabdaoui, A. Raftery, "Probabilistic forecasts, calibration and sharpness",
J. R. Stat. Soc. B 69 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.account_mgmt.domain.timing.history import Floats, Ints

BINS: Final = 20
CLASSES: Final = 16
"""Of forecasts that are alike."""
PAUSED: Final = 15
"""The class of forecasts over a part of the year without purchases: a customer's other gaps say nothing of those."""
_KNOWN: Final = (2, 3, 5, 9)
_SPREAD: Final = (0.15, 0.5)
_PRIOR_ALL = 30.0
_PRIOR_ALIKE = 25.0


def classes(known: Floats, spread: Floats, paused: Floats) -> Ints:
    """The class of each forecast: from how many gaps, how precise, or over a part of the year without purchases."""
    found = np.digitize(known, _KNOWN) * (len(_SPREAD) + 1) + np.digitize(spread, _SPREAD)
    return np.where(paused, PAUSED, found)


def histograms(chances: Floats, of_class: Ints) -> Floats:
    """For each class of forecasts, the histogram of their probabilities; each row adds up to 1.

    `chances` has nan where no gap has come yet, or no forecast was made.
    """
    came = ~np.isnan(chances)
    bins = _bins(chances[came])
    all_ = np.bincount(bins, minlength=BINS) + 1.0
    all_ = all_ / all_.sum()
    counted = np.zeros((CLASSES, BINS))
    np.add.at(counted, (of_class[came], bins), 1.0)
    counted += _PRIOR_ALL * all_
    return np.asarray(counted / counted.sum(axis=1, keepdims=True))


def _bins(chances: Floats) -> Ints:
    return np.clip((chances * BINS).astype(np.int64), 0, BINS - 1)


@dataclass(frozen=True)
class Bend:
    """The correction of each customer's probabilities: their running sum at the edges of the bins."""

    edges: Floats

    @classmethod
    def of(cls, chances: Floats, alike: Floats, *, own: Ints) -> Bend:
        """From a customer's own chances (a row each, nan for none; those not `own` are left out) and those alike."""
        counted = np.zeros((len(chances), BINS))
        row, column = np.nonzero(~np.isnan(chances) & own[:, None].astype(bool))
        np.add.at(counted, (row, _bins(chances[row, column])), 1.0)
        mass = counted + _PRIOR_ALIKE * alike
        edges = np.concatenate([np.zeros((len(mass), 1)), np.cumsum(mass, axis=1)], axis=1)
        return cls(edges / edges[:, -1:])

    def chance(self, predicted: Floats) -> Floats:
        """The corrected probability of what the model predicts with this one."""
        at = np.clip(predicted, 0.0, 1.0) * BINS
        low = np.minimum(at.astype(np.int64), BINS - 1)
        rows = np.arange(len(low))
        begin = self.edges[rows, low]
        return np.asarray(begin + (at - low) * (self.edges[rows, low + 1] - begin))

    def level(self, chance: Floats) -> Floats:
        """The model's probability whose correction is this one."""
        rows = np.arange(len(chance))
        low = np.clip((self.edges <= chance[:, None]).sum(axis=1) - 1, 0, BINS - 1)
        begin, end = self.edges[rows, low], self.edges[rows, low + 1]
        share = np.where(end > begin, (chance - begin) / np.maximum(end - begin, 1e-12), 0.0)
        return np.asarray((low + share) / BINS)
