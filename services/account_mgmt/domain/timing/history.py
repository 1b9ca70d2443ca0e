"""A customer's purchases as the models see them. Times are in weeks; purchases of one day are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAYS = 7.0


@dataclass(frozen=True)
class Histories:
    """Of each customer: repeat purchases, weeks from the first to the last and to now, and the logarithms of the gaps.

    `frequency` counts purchases after the first; `recency` is 0 without any. `gap_mean` and `gap_squares` are the mean
    and the sum of squared deviations of the logarithms of the gaps (in weeks), 0 without any.
    """

    ids: Sequence[str]
    frequency: Floats
    recency: Floats
    age: Floats
    gap_mean: Floats
    gap_squares: Floats

    @property
    def since(self) -> Floats:
        """Weeks since the last purchase."""
        return self.age - self.recency


def histories(purchases: Mapping[str, Sequence[date]], now: date) -> Histories:
    """Histories as of the end of a day; customers whose first purchase is later are left out."""
    ids: list[str] = []
    rows: list[tuple[float, float, float, float, float]] = []
    for customer, dates in purchases.items():
        days = np.unique([day.toordinal() for day in dates if day <= now])
        if not days.size:
            continue
        gaps = np.log(np.diff(days) / DAYS)
        mean = float(gaps.mean()) if gaps.size else 0.0
        squares = float(((gaps - mean) ** 2).sum())
        span, age = (days[-1] - days[0]) / DAYS, (now.toordinal() - days[0]) / DAYS
        ids.append(customer)
        rows.append((days.size - 1, span, age, mean, squares))
    table = np.array(rows, dtype=np.float64).reshape(len(rows), 5)
    return Histories(ids, *(np.ascontiguousarray(table[:, column]) for column in range(5)))
