"""Calibration: eight chances in ten should hold eight of ten gaps, also where gaps scatter as no model has it.

The last gap of each customer is predicted from those before it. For customers who are alike (same sort, few or many
gaps), the chance that was given to a gap as short as the one that came is even from 0 to 1 if the forecasts are right
(probability integral transform: T. Gneiting et al., J. R. Stat. Soc. B 69, 2007). Where it is not, chances are mapped
by its quantiles, as split conformal prediction does with residuals (V. Vovk et al., Algorithmic Learning in a Random
World, 2005, by category).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.account_mgmt.domain.timing.history import Floats, Ints

LEVELS: Final = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
_UNKNOWN = 40
"""As how many gaps it counts that forecasts may well be right."""
_GOLDEN = 0.5 * (np.sqrt(5) - 1)


def chances(before: Floats, until: Floats) -> Floats:
    """A chance for each gap between those given to a shorter one and to one no longer than it.

    A gap of whole days has a range of them; evenly spread places in it leave right forecasts even.
    """
    return np.asarray(before + (np.arange(len(before)) * _GOLDEN) % 1 * (until - before))


@dataclass(frozen=True)
class Bend:
    """For each class of customers, the chances that in truth are those of `LEVELS`."""

    chances: Sequence[Sequence[float]]

    @classmethod
    def of(cls, given: Floats, classes: Ints, number: int) -> Bend:
        """From the chances that were given to what came, by class; class 0 is right, as is one without any."""
        right = (np.arange(_UNKNOWN) + 0.5) / _UNKNOWN
        mine = [given[classes == one] if one else given[:0] for one in range(number)]
        found = [np.quantile(np.concatenate([one, right]), LEVELS[1:-1], method="hazen") for one in mine]
        return cls([[0.0, *one.tolist(), 1.0] for one in found])

    def chance(self, classes: Ints, given: Floats) -> Floats:
        """What a given chance is in truth, for a customer of each class."""
        edges = np.array(self.chances)[classes]
        place = np.clip((edges[:, 1:-1] < given[:, None]).sum(axis=1), 0, len(LEVELS) - 2)
        rows, levels = np.arange(len(given)), np.array(LEVELS)
        begin, end = edges[rows, place], edges[rows, place + 1]
        part = np.clip((given - begin) / np.maximum(end - begin, 1e-9), 0.0, 1.0)
        return np.asarray(levels[place] + part * (levels[place + 1] - levels[place]))
