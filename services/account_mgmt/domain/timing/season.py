"""A customer's own year: months in which they buy more, less or never, as a clock that runs faster or slower.

Gaps by that clock are as even as those of a customer without seasons: whoever buys weekly from April to September has
waited a few of its days in January, not four months. A month's speed is what was bought in it over what would have been
at an even pace, drawn towards everybody's year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from services.account_mgmt.domain.timing.history import Floats, Ints, Log

_LENGTHS: Final = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_EPOCH: Final = date(1970, 1, 1).toordinal()
_SLOWEST = 0.003
_CLOSED = 0.15
"""How fast a month runs at most in which a customer does not buy at all."""
_HOUSE_PURCHASES = 5.0


@dataclass(frozen=True)
class Clock:
    """Of each customer, how fast each month of the year runs; 1 in the mean of a year."""

    speed: Floats

    def at(self, owner: Ints, days: Ints) -> Floats:
        """What these customers' clocks show at the end of these days (ordinals); differences are what counts."""
        year, month, day = _parts(days)
        before = np.concatenate([np.zeros((len(self.speed), 1)), np.cumsum(self.speed * _LENGTHS, axis=1)], axis=1)
        within = np.minimum(day, _LENGTHS[month]) * self.speed[owner, month]
        return np.asarray(year * before[owner, 12] + before[owner, month] + within)

    def at_all(self, day: int) -> Floats:
        """What every clock shows at the end of one day."""
        return self.at(np.arange(len(self.speed)), np.full(len(self.speed), day))

    def on(self, owner: Ints, days: Ints) -> Floats:
        """How fast these customers' clocks run on these days."""
        return np.asarray(self.speed[owner, _parts(days)[1]])

    def opening(self, owner: Ints, days: Ints) -> Ints:
        """When the season began that holds these days, or begins next (ordinals); 0 for who buys all year."""
        year, month, _ = _parts(days)
        opens = self.speed >= _CLOSED
        back, ahead = np.zeros_like(self.speed, dtype=np.int64), np.zeros_like(self.speed, dtype=np.int64)
        for turn in range(1, 24):
            this = turn % 12
            back[:, this] = np.where(opens[:, this], back[:, this - 1] + 1, 0)
            this = -turn % 12
            ahead[:, this] = np.where(opens[:, this], 0, ahead[:, (this + 1) % 12] + 1)
        shift = np.where(opens, 1 - back, ahead)[owner, month]
        first = (year * 12 + month + shift).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + _EPOCH
        return np.where(np.all(opens, axis=1)[owner], 0, first)


def house_year(log: Log, now: date) -> Floats:
    """Everybody's year: purchases of each month over what an even pace would have brought; 1 in the mean."""
    bought, even = _by_month(log, now)
    ratio = (bought.sum(axis=0) + _HOUSE_PURCHASES) / (even.sum(axis=0) + _HOUSE_PURCHASES)
    return np.asarray(ratio / np.average(ratio, weights=_LENGTHS))


def clock_of(log: Log, now: date, house: Floats, *, shrink: float) -> Clock:
    """Of each customer as of a day. `shrink`: as how many purchases a month everybody's year counts."""
    bought, even = _by_month(log, now)
    speed = _even((bought + shrink * house) / (even + shrink))
    return Clock(_even(np.maximum(speed, _SLOWEST)))


def _even(speed: Floats) -> Floats:
    return np.asarray(speed / np.average(speed, axis=1, weights=_LENGTHS)[:, None])


def _by_month(log: Log, now: date) -> tuple[Floats, Floats]:
    """Of each customer and month of the year: purchases after the first, and what an even pace would have brought."""
    customers = len(log.ids)
    later = np.ones(len(log.days), dtype=bool)
    later[log.start[:-1]] = False
    places = log.owner[later] * 12 + _parts(log.days[later])[1]
    bought = np.bincount(places, minlength=customers * 12).reshape(customers, 12).astype(np.float64)
    first = log.days[log.start[:-1]]
    seen = _days_in_months(first, now.toordinal())
    pace = bought.sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return bought, seen * pace[:, None]


def _days_in_months(first: Ints, today: int) -> Floats:
    """How many days of each month of the year lie between each of these days and today."""
    year, month, day = _parts(first)
    last_year, last_month, last_day = (int(part[0]) for part in _parts(np.array([today])))
    months = (last_year * 12 + last_month) - (year * 12 + month)
    offset = (np.arange(12)[None, :] - month[:, None]) % 12
    times = np.where(months[:, None] >= offset, (months[:, None] - offset) // 12 + 1, 0)
    found = times * _LENGTHS
    found[np.arange(len(first)), month] -= day
    found[:, last_month] -= max(_LENGTHS[last_month] - last_day, 0)
    return np.asarray(np.maximum(found, 0.0), dtype=np.float64)


def _parts(days: Ints) -> tuple[Ints, Ints, Ints]:
    """(year, month from 0, day from 0) of ordinals."""
    day = (days - _EPOCH).astype("datetime64[D]")
    months = day.astype("datetime64[M]")
    number = months.astype(np.int64)
    return number // 12, number % 12, (day - months.astype("datetime64[D]")).astype(np.int64)
