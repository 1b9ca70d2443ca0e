"""A customer's purchases as the models see them. Times are in weeks; purchases of one day are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
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


@dataclass(frozen=True)
class Log:
    """Days of purchase of many customers in one array, each customer's in order from `start[n]` to `start[n + 1]`."""

    ids: Sequence[str]
    start: Ints
    days: Ints

    @property
    def count(self) -> Ints:
        """Purchases of each customer."""
        return np.diff(self.start)

    @property
    def owner(self) -> Ints:
        """Whose each purchase is, by place."""
        return np.repeat(np.arange(len(self.ids)), self.count)

    def some(self, most: int) -> Log:
        """At most so many customers, taken evenly."""
        step = -(-len(self.ids) // most)
        return self if step <= 1 else self.of(np.arange(0, len(self.ids), step))

    def of(self, places: Ints) -> Log:
        """The customers at these places, in this order."""
        count = self.count[places]
        start = np.concatenate([[0], np.cumsum(count)])
        shift = np.repeat(self.start[places] - start[:-1], count)
        return Log([self.ids[place] for place in places], start, self.days[np.arange(start[-1]) + shift])

    def without_last(self) -> Log:
        """The same customers (of two purchases at least) before each one's last purchase."""
        kept = np.ones(len(self.days), dtype=bool)
        kept[self.start[1:] - 1] = False
        return Log(self.ids, self.start - np.arange(len(self.start)), self.days[kept])

    def last(self, values: NDArray[Any], count: int) -> Floats:
        """Of values for each purchase, those of each customer's last ones: a row each, nan for none, the last right."""
        owner = self.owner
        back = self.start[1:][owner] - 1 - np.arange(len(self.days))
        kept = back < count
        found = np.full((len(self.ids), count), np.nan)
        found[owner[kept], count - 1 - back[kept]] = values[kept]
        return found

    def upto(self, day: date) -> tuple[Log, Ints]:
        """What was known at the end of a day, and the places of its customers here."""
        seen = self.days <= day.toordinal()
        present, counts = np.unique(self.owner[seen], return_counts=True)
        start = np.concatenate([[0], np.cumsum(counts)])
        return Log([self.ids[place] for place in present], start, self.days[seen]), present

    def bought_between(self, places: Ints, after: date, until: date) -> NDArray[np.bool_]:
        """Whether the customers at these places bought after one day and up to another."""
        inside = (self.days > after.toordinal()) & (self.days <= until.toordinal())
        return np.asarray(np.bincount(self.owner[inside], minlength=len(self.ids))[places] > 0)


def log_of(purchases: Mapping[str, Sequence[date]], now: date) -> Log:
    """The purchases up to the end of a day, one a day; customers whose first one is later are left out."""
    names = list(purchases)
    owner = np.repeat(np.arange(len(names)), [len(purchases[name]) for name in names])
    days = np.fromiter((day.toordinal() for name in names for day in purchases[name]), dtype=np.int64, count=len(owner))
    pairs = np.unique(np.stack([owner, days])[:, days <= now.toordinal()], axis=1)
    present, counts = np.unique(pairs[0], return_counts=True)
    return Log([names[place] for place in present], np.concatenate([[0], np.cumsum(counts)]), pairs[1])


def histories(purchases: Mapping[str, Sequence[date]], now: date) -> Histories:
    """Histories as of the end of a day; customers whose first purchase is later are left out."""
    return histories_of(log_of(purchases, now), now)


def histories_of(log: Log, now: date) -> Histories:
    """Histories of everybody in the log."""
    first, end = log.start[:-1], log.start[1:]
    gaps = np.log(np.maximum(np.diff(log.days, prepend=0), 1) / DAYS)
    # Running sums over all purchases: a customer's sum is a difference, without their first gap (to the
    # customer before them).
    sums, squares = np.cumsum(gaps), np.cumsum(gaps**2)
    frequency = (end - first - 1).astype(np.float64)
    total, total_squares = sums[end - 1] - sums[first], squares[end - 1] - squares[first]
    mean = np.divide(total, frequency, out=np.zeros_like(total), where=frequency > 0)
    return Histories(
        ids=log.ids,
        frequency=frequency,
        recency=(log.days[end - 1] - log.days[first]) / DAYS,
        age=(now.toordinal() - log.days[first]) / DAYS,
        gap_mean=mean,
        gap_squares=np.maximum(total_squares - frequency * mean**2, 0.0),
    )
