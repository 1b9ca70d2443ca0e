"""What comes next for customers who are each one of many sorts: chances, days, and the interval of whole days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr

from services.account_mgmt.domain.timing.history import Floats, Ints, Log
from services.account_mgmt.domain.timing.season import Clock
from services.account_mgmt.domain.timing.seasonal import Returns, opening_ahead
from services.account_mgmt.domain.timing.sorts import Gaps

EVEN: Final = 0
OWN: Final = 1
RANDOM: Final = 2
AWAY: Final = 3
"""How a sort's next gap is distributed: log-normal by the calendar, log-normal by the customer's own clock, Lomax; or
by when others came back after their season had opened."""
SHARE: Final = 0.8
"""What falls between low and high."""
_FURTHEST = 1092
_LEAST = 0.004
"""Sorts that a customer is less likely to be are left out."""
_TINY = 1e-250


class Waits:
    """How long customers have waited, so many days from today, by the calendar or by a clock of their own."""

    def __init__(self, log: Log, today: Ints, clock: Clock | None, returns: Returns | None, usual: Floats) -> None:
        self._today, self.clock = today, clock
        last = log.days[log.start[1:] - 1]
        self._waited, ids = today - last + 0.5, np.arange(len(last))
        self._opening = np.zeros(len(ids), dtype=np.int64)
        if clock is not None:
            self._shown = clock.at(ids, last)
            if returns is not None:
                self._opening = opening_ahead(clock, last, today)
        self.away = self._opening > 0
        self._row = np.cumsum(self.away) - 1
        self._table = returns.table(usual[self.away]) if returns is not None else np.zeros((0, 1))

    def calendar(self, who: Ints, ahead: Ints) -> Floats:
        """Days since the last purchase."""
        return np.asarray(self._waited[who] + ahead)

    def own(self, who: Ints, ahead: Ints) -> Floats:
        """The same by each one's own clock."""
        if self.clock is None:
            return self.calendar(who, ahead)
        days = self._today[who] + ahead
        return self.clock.at(who, days) - self._shown[who] + 0.5 * self.clock.on(who, days)

    def still_away(self, who: Ints, ahead: Ints) -> Floats:
        """The chance that these (who are away) have not come back by then."""
        place = np.clip(self._today[who] + ahead - self._opening[who] + 1, 0, self._table.shape[1] - 1)
        return np.asarray(np.maximum(1 - self._table[self._row[who], place], 0.0))

    def longer(self, form: int, who: Ints, first: Floats, second: Floats, ahead: Ints) -> Floats:
        """The chance of a gap longer than until then, of sorts of one form."""
        if form == AWAY:
            return self.still_away(who, ahead)
        if form == RANDOM:
            return np.asarray((1 + self.calendar(who, ahead) / second) ** -first)
        waited = self.calendar(who, ahead) if form == EVEN else self.own(who, ahead)
        return np.asarray(ndtr((first - np.log(np.maximum(waited, 0.05))) / second))


@dataclass(frozen=True)
class Candidates:
    """For each customer (row) and sort: log chance of the gaps that came, and what the sort says of the next one."""

    gaps: Gaps
    form: Ints
    chance: Floats
    first: Floats
    second: Floats
    waits: Waits

    def longer(self) -> Floats:
        """For each customer and sort: the chance of a gap longer than until today."""
        found = np.empty_like(self.chance)
        everybody = np.arange(len(found))
        now = np.zeros(len(found), dtype=np.int64)
        for form in np.unique(self.form):
            mine = self.form == form
            shape = (len(found), int(mine.sum()))
            who = np.repeat(everybody, shape[1])
            found[:, mine] = self._of_form(form, who, now, mine).reshape(shape)
        own = np.flatnonzero(self.form == OWN)
        away = np.flatnonzero(self.waits.away)
        if len(own) and len(away):
            found[np.ix_(away, own)] = self.waits.still_away(away, now[away])[:, None]
        return found

    def _of_form(self, form: int, who: Ints, now: Ints, mine: Ints) -> Floats:
        first, second = self.first[:, mine].ravel(), self.second[:, mine].ravel()
        return self.waits.longer(form, who, first, second, now[who])


class Mixture:
    """Of each customer the sorts they may be, as long as they have not left."""

    def __init__(self, of: Candidates, weight: Floats, longer: Floats) -> None:
        """`weight`: of each customer (row) and sort, adding up to 1; `longer`: the chance of a gap longer than yet."""
        self._waits, self._customers = of.waits, len(weight)
        who, sort = np.nonzero(weight > _LEAST)
        form = np.where((of.form[sort] == OWN) & of.waits.away[who], AWAY, of.form[sort])
        self._parts = []
        total = np.bincount(who, weight[who, sort], minlength=self._customers)
        for one in np.unique(form):
            at, by = who[form == one], sort[form == one]
            share = weight[at, by] / total[at] / np.maximum(longer[at, by], _TINY)
            self._parts.append((int(one), at, of.first[at, by], of.second[at, by], share))

    def within(self, ahead: Ints) -> Floats:
        """The chance that each customer's next purchase falls within so many days (whole ones, from tomorrow)."""
        found = np.ones(self._customers)
        for form, who, first, second, share in self._parts:
            longer = share * self._waits.longer(form, who, first, second, ahead[who])
            found -= np.bincount(who, longer, minlength=self._customers)
        return np.asarray(np.where(ahead > 0, np.clip(found, 0.0, 1.0), 0.0))

    def interval(self, within: Callable[[Ints], Floats]) -> tuple[Ints, Ints, Ints]:
        """In how many days: low, middle, high, by the corrected chance."""
        low, middle, high = (self._first_day(within, level) for level in ((1 - SHARE) / 2, 0.5, (1 + SHARE) / 2))
        low, high = whole_days(within, low, high)
        return low, np.clip(middle, low, high), high

    def _first_day(self, within: Callable[[Ints], Floats], level: float) -> Ints:
        """The first day by whose end the next purchase has come with this chance."""
        before, by = np.zeros(self._customers, dtype=np.int64), np.full(self._customers, _FURTHEST)
        for _ in range(_FURTHEST.bit_length()):
            half = (before + by) // 2
            come = within(half) >= level
            before, by = np.where(come, before, half), np.where(come, half, by)
        return by


def whole_days(within: Callable[[Ints], Floats], low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Of the days from low to high, with or without the first and the last, those whose chance is nearest to `SHARE`.

    A gap falls on a whole day: where few days come into question, all that are needed for eight in ten often are nine.
    """
    until_low, before_low, until_high, before_high = (within(days) for days in (low, low - 1, high, high - 1))
    best, later, sooner = until_high - before_low, np.zeros_like(low), np.zeros_like(low)
    tried = ((1, 0, until_high - until_low), (0, 1, before_high - before_low), (1, 1, before_high - until_low))
    for from_low, from_high, chance in tried:
        better = (low + from_low <= high - from_high) & (np.abs(chance - SHARE) < np.abs(best - SHARE))
        best = np.where(better, chance, best)
        later, sooner = np.where(better, from_low, later), np.where(better, from_high, sooner)
    return low + later, high - sooner
