"""The sorts of buyers of one house, as fitted to all its purchases, and what they say of its customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from services.account_mgmt.domain.timing import calibration, sorts
from services.account_mgmt.domain.timing.bgnbd import CountModel
from services.account_mgmt.domain.timing.calibration import Bend
from services.account_mgmt.domain.timing.history import Floats, Ints, Log, histories_of
from services.account_mgmt.domain.timing.mixture import EVEN, OWN, RANDOM, Candidates, Mixture, Waits
from services.account_mgmt.domain.timing.rhythm import CHANGING, SCATTERS, SEASONAL, Level, told
from services.account_mgmt.domain.timing.season import Clock, house_year
from services.account_mgmt.domain.timing.seasonal import Own, Returns
from services.account_mgmt.domain.timing.sorts import Even, Gaps

KEPT: Final = 32
"""Gaps of a customer that are looked at, the last ones."""
_LOOKED_AT = 1_500
"""Customers from whom the shares of the sorts are learned; all of them up to so many."""
_FEW: Final = (3, 6)
"""Gaps from which a steady customer is not alike any more to those with fewer; below the first nothing is corrected."""
_HELD_OUT = 2
_CLASSES = 4 + len(_FEW)
STEADY, LOCAL, TREND, SEASONS, COUNTED = NAMES = range(5)
"""What sorts are called: even gaps, changing ones, ever shorter or longer ones, a year of their own, at random."""


@dataclass(frozen=True)
class Buyers:
    """The sorts (means and scatters of even gaps, means of random ones; logarithms of days), how common each is with
    those that change and those with seasons, everybody's level and year, and when seasonal buyers came back."""

    even: Sequence[tuple[float, float]]
    random: Sequence[float]
    shares: Sequence[float]
    level: Level
    level_own: Level
    level_then: Level
    year: Sequence[float]
    returns: Returns | None = None
    bend: Bend | None = None

    @property
    def called(self) -> Ints:
        """What each sort is called."""
        scatter = np.array([one for _, one in self.even])
        even = np.where(scatter > sorts.EVEN_UPTO, COUNTED, STEADY)
        changing = np.repeat([LOCAL, TREND], len(SCATTERS))
        return np.concatenate([even, np.full(len(self.random), COUNTED), changing, np.full(len(SCATTERS), SEASONS)])

    def judge(self, log: Log, now: date, today: Ints | None = None) -> Candidates:
        """What each sort makes of customers with two purchases at least, as of now or of another day for each."""
        gaps = Gaps.of(np.diff(log.last(log.days, KEPT + 1), axis=1)[:, -_most(log) :])
        mean, scatter = np.array(self.even).reshape(-1, 2).T
        blocks = [
            Even.of(mean, scatter).judge(gaps),
            sorts.judge_random(np.array(self.random), gaps),
            *(self._changing(gaps, number) for number in range(len(CHANGING))),
        ]
        own, clock = self._own(log, now, gaps)
        chance, first, second = (np.hstack(parts) for parts in zip(*blocks, own, strict=True))
        form = np.repeat(
            [EVEN, RANDOM, EVEN, OWN],
            [len(self.even), len(self.random), len(CHANGING) * len(SCATTERS), len(SCATTERS)],
        )
        today = np.full(len(log.ids), now.toordinal()) if today is None else today
        waits = Waits(log, today, clock, self.returns, np.nanmedian(gaps.logs, axis=1))
        return Candidates(gaps, form, chance, first, second, waits)

    def _changing(self, gaps: Gaps, number: int) -> tuple[Floats, Floats, Floats]:
        kind = CHANGING[number]
        found = np.zeros((3, len(gaps.number), len(SCATTERS)))
        found[0], found[2] = -np.inf, 1.0
        enough = gaps.number >= kind.fewest
        if enough.any():
            logs = gaps.logs[enough]
            per_day = np.nansum(logs, axis=1)
            for place, one in enumerate(told(logs, self.level, kind)):
                found[0, enough, place] = one.density(logs) - per_day
                found[1, enough, place], found[2, enough, place] = one.center[:, -1], one.spread[:, -1]
        return found[0], found[1], found[2]

    def _own(self, log: Log, now: date, gaps: Gaps) -> tuple[tuple[Floats, Floats, Floats], Clock]:
        """By their own clocks, those with enough gaps to have shown one; the clocks of all others run evenly."""
        found = np.zeros((3, len(gaps.number), len(SCATTERS)))
        found[0], found[2] = -np.inf, 1.0
        speed = np.ones((len(gaps.number), 12))
        places = np.flatnonzero(gaps.number >= SEASONAL.fewest)
        if len(places):
            own = Own.of(log.of(places), now, np.array(self.year), gaps.days.shape[1])
            found[:, places] = np.stack(own.judge(self.level_own, self.level_then))
            speed[places] = own.clock.speed
        return (found[0], found[1], found[2]), Clock(speed)

    def without_rare(self) -> Buyers:
        """Without the sorts of even and random gaps that nobody is."""
        share = np.array(self.shares)
        kept = share > 0
        kept[len(self.even) + len(self.random) :] = True
        of_even, of_random = kept[: len(self.even)], kept[len(self.even) : len(self.even) + len(self.random)]
        even = [one for one, keep in zip(self.even, of_even, strict=True) if keep]
        random = [one for one, keep in zip(self.random, of_random, strict=True) if keep]
        return replace(self, even=even, random=random, shares=share[kept].tolist())

    def interval(self, judged: Candidates, mixture: Mixture, names: Floats) -> tuple[Ints, Ints, Ints]:
        """In how many days: low, middle, high."""
        if self.bend is None:
            return mixture.interval(mixture.within)
        bend, classes = self.bend, _alike(names, judged.gaps)
        return mixture.interval(lambda days: bend.chance(classes, mixture.within(days)))

    def mixture(self, judged: Candidates, stays: Floats) -> tuple[Mixture, Floats, Floats]:
        """The sorts that customers may be who have not left; the chance that they have not; and of each name of a sort.

        A silence longer than their gaps says that they have left: Bayes' rule on the chance to stay after a purchase
        (`stays`) and that a gap lasts so long.
        """
        longer, staying = judged.longer(), stays[:, None]
        with np.errstate(divide="ignore"):
            likely = judged.chance + np.log(np.array(self.shares))
        likely = np.exp(likely - likely.max(axis=1, keepdims=True))
        silent = likely * longer
        all_ = (likely * (staying * longer + 1 - staying)).sum(axis=1)
        alive = stays * silent.sum(axis=1) / np.maximum(all_, 1e-300)
        # Nothing is left of whoever was silent too long for every sort: then their gaps alone say what they are.
        silent = np.where(silent.sum(axis=1, keepdims=True) > 1e-200, silent, likely)
        weight = silent / silent.sum(axis=1, keepdims=True)
        likely /= likely.sum(axis=1, keepdims=True)
        names = np.stack([likely[:, self.called == name].sum(axis=1) for name in NAMES], axis=1)
        return Mixture(judged, weight, longer), alive, names


def _most(log: Log) -> int:
    return int(min(KEPT, log.count.max() - 1))


def fit(log: Log, now: date, counts: CountModel) -> Buyers:
    """From the customers with two purchases at least."""
    again = np.flatnonzero(log.count > 1)
    some = log.of(again[:: -(-len(again) // _LOOKED_AT)])
    gaps = Gaps.of(np.diff(some.last(some.days, KEPT + 1), axis=1)[:, -_most(some) :])
    year = house_year(some, now)
    level = Level.of(gaps.logs)
    often = np.flatnonzero(gaps.number >= SEASONAL.fewest)
    own = Own.of(some.of(often), now, year, gaps.days.shape[1]) if len(often) else None
    grid = Even.grid(float(np.nanmin(gaps.logs)) - 0.2, float(gaps.mean.max()) + 0.3)
    random = sorts.random_grid(float(grid.mean.min()), float(grid.mean.max()))
    even = list(zip(grid.mean.tolist(), grid.scatter.tolist(), strict=True))
    found = Buyers(
        even,
        random.tolist(),
        [],
        level,
        *((Level.of(own.gaps), Level.of(own.then)) if own else (level, level)),
        year.tolist(),
    )
    judged = found.judge(some, now)
    stays = counts.p_stays(histories_of(some, now))[:, None]
    chances = judged.chance + np.log(np.maximum(stays * judged.longer() + 1 - stays, 1e-9))
    families = [grid.mean[grid.scatter == one] for one in sorts.SCATTERS]
    single = [np.zeros(0)] * (len(chances[0]) - len(even) - len(random))
    found = replace(found, shares=sorts.shares(chances, [*families, random, *single]).tolist())
    _, _, names = found.mixture(judged, stays[:, 0])
    clock = judged.waits.clock
    returns = Returns.of(some, clock, gaps.logs, names[:, SEASONS]) if clock is not None else None
    found = replace(found, returns=returns).without_rare()
    return replace(found, bend=_held_out(found, some, now, counts))


def _held_out(found: Buyers, log: Log, now: date, counts: CountModel) -> Bend:
    """What the last gaps of each customer say of forecasts from those before them."""
    given, classes = [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    for _ in range(_HELD_OUT):
        log = log.of(np.flatnonzero(log.count > 2))
        if not len(log.ids):
            break
        last, log = log.days[log.start[1:] - 1], log.without_last()
        today = log.days[log.start[1:] - 1]
        judged = found.judge(log, now, today)
        mixture, _, names = found.mixture(judged, counts.p_stays(histories_of(log, now)))
        given.append(calibration.chances(mixture.within(last - today - 1), mixture.within(last - today)))
        classes.append(_alike(names, judged.gaps))
    return Bend.of(np.concatenate(given), np.concatenate(classes), _CLASSES)


def _alike(names: Floats, gaps: Gaps) -> Ints:
    """The class of each customer whose forecasts are corrected together; 0 is left as it is.

    That is everybody at random, whose long gaps have not come yet; with seasons, whose clock has seen every gap; and
    with few gaps, of whom too few have one more.
    """
    name = np.argmax(names, axis=1)
    steady = np.digitize(gaps.number, _FEW)
    trend = 2 + len(_FEW) + (gaps.logs[:, -1] > gaps.mean)
    return np.select([name == STEADY, name == LOCAL, name == TREND], [steady, 1 + len(_FEW), trend], 0)
