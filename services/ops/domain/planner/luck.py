"""The luck of one run, drawn before anybody works: both departments meet the same answers, tempers and purchases."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng

from services.ops.domain.planner.assumptions import WORKING_DAYS, Assumption, Assumptions, House

DAY = 1440.0
WEEK = 7 * DAY
DAY_BEGINS, DAY_ENDS = 9 * 60.0, 17 * 60.0
# Talks differ about as a gamma distribution of shape 2 does: many short ones, some long.
TALK_SHAPE = 2.0
# Purchases of one customer keep their rhythm to about 15 %.
RHYTHM_SHAPE = 45.0
POOL = 1 << 14


@dataclass(frozen=True)
class Luck:
    """One run's draws. Lists are by lead; `pool` and `rhythms` serve purchases, by customer and visit."""

    rates: dict[str, float]
    arrives: list[float]
    answers_at: list[int]
    talk_minutes: list[float]
    first_minutes: list[float]
    interest: list[float]
    temper: list[float]
    decision: list[float]
    touches: list[int]
    pool: list[float]
    rhythms: list[float]

    def purchase(self, customer: int, visit: int) -> tuple[float, float]:
        """A uniform number that decides a visit, and what the customer's next gap is of his usual one."""
        place = (customer * 7919 + visit * 104_729) % POOL
        return self.pool[place], self.rhythms[place]


def draw_luck(house: House, seed: int, run: int) -> Luck:
    """The luck of this run: the same seed and run give the same."""
    luck = default_rng([seed, run])
    rates = {field.name: _rate(getattr(house.assumptions, field.name), luck) for field in fields(Assumptions)}
    leads = house.leads
    floats: dict[str, Any] = {
        "arrives": np.sort(_arrivals(luck, leads, house.weeks)),
        "answers_at": luck.geometric(rates["answered"], leads),
        "talk_minutes": luck.gamma(TALK_SHAPE, rates["talk_minutes"] / TALK_SHAPE, leads),
        "first_minutes": luck.gamma(TALK_SHAPE, rates["hand_over_minutes"] / TALK_SHAPE, leads),
        "interest": luck.random(leads),
        "temper": luck.random(leads),
        "decision": luck.random(leads),
        "touches": luck.poisson(rates["touches"], leads),
        "pool": luck.random(POOL),
        "rhythms": luck.gamma(RHYTHM_SHAPE, 1 / RHYTHM_SHAPE, POOL),
    }
    return Luck(rates=rates, **{name: drawn.tolist() for name, drawn in floats.items()})


def _rate(assumption: Assumption, luck: Generator) -> float:
    """What is measured varies as far as its cases allow (a share by Jeffreys' prior); a guess is taken at its word."""
    if assumption.seen is None:
        return assumption.value
    if assumption.unit == "share":
        hits = assumption.value * assumption.seen
        return float(np.clip(luck.beta(hits + 0.5, assumption.seen - hits + 0.5), 1e-4, 1))
    if assumption.low is None or assumption.high is None:
        return assumption.value
    return max(float(luck.normal(assumption.value, (assumption.high - assumption.low) / 3.92)), 1e-3)


def _arrivals(luck: Generator, leads: int, weeks: int) -> Any:
    """Minutes from the first Monday's midnight, evenly over working hours."""
    days = luck.integers(0, weeks * WORKING_DAYS, leads)
    return days // WORKING_DAYS * WEEK + days % WORKING_DAYS * DAY + luck.uniform(DAY_BEGINS, DAY_ENDS, leads)
