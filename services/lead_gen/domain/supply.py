"""Tier 2 must not run dry between two shifts: what is in stock, what will come, and what the managers will take.

Gamma-Poisson: with a Gamma(shape a, rate b) prior on leads per hour and k leads seen in h hours, the posterior is
Gamma(a + k, b + h), and the number that comes in T hours is negative binomial (Gelman et al., Bayesian Data Analysis,
3rd ed., sections 2.6 and 2.7). A campaign's prior is the house's own rate, a caller's the campaign's, each worth a few
hours: the campaign's own figures soon outweigh it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.lead_gen.domain.gamma import arrivals_below, gamma_quantile

# Worth two hours of calling at one interested lead per hour: soon outweighed by the house's own figures.
PRIOR_LEADS = 2.0
PRIOR_HOURS = 2.0
# What the rate above it is worth to a campaign or a caller, in hours of calling.
BORROWED_HOURS = 8.0
TAIL = 0.05
# An alarm begins where it is more likely than not, and ends well below: it must not come and go every minute.
DROUGHT_BEGINS, DROUGHT_ENDS = 0.5, 0.3
GLUT_ENDS = 0.8
STEP = timedelta(minutes=15)

Alarm = Literal["drought", "glut"]


@dataclass(frozen=True)
class Rate:
    """Interested leads per hour of calling: the posterior Gamma(shape, hours), and its mean with a 90 % interval."""

    shape: float
    hours: float
    mean: float
    low: float
    high: float


def _rate(shape: float, hours: float) -> Rate:
    low, high = gamma_quantile(TAIL, shape, hours), gamma_quantile(1 - TAIL, shape, hours)
    return Rate(shape, hours, shape / hours, low, high)


def house_rate(found: int, hours: float) -> Rate:
    """The house's own rate after `found` interested leads in `hours` of calling."""
    return _rate(PRIOR_LEADS + found, PRIOR_HOURS + hours)


def rate_under(above: Rate, found: int, hours: float) -> Rate:
    """The rate of a campaign (or caller), borrowing from the rate above it until its own figures speak."""
    return _rate(above.mean * BORROWED_HOURS + found, BORROWED_HOURS + hours)


@dataclass(frozen=True)
class Forecast:
    """Until the callers' next shift: leads that will come (mean, 90 % interval), leads that the managers will take,
    and how likely they run dry."""

    expected: float
    low: float
    high: float
    demand: float
    runs_dry: float
    runs_dry_at: datetime | None


def forecast(
    *,
    now: datetime,
    until: datetime,
    stock: int,
    rate: Rate,
    calling_hours: float,
    taken_per_hour: float,
    open_hours: Callable[[datetime, datetime], float],
) -> Forecast:
    """What the stock will be. `calling_hours` are those still planned, `open_hours` counts tier 2's working hours."""
    demand = taken_per_hour * open_hours(now, until)
    missing = math.ceil(demand) - stock
    return Forecast(
        expected=rate.mean * calling_hours,
        low=rate.low * calling_hours,
        high=rate.high * calling_hours,
        demand=demand,
        runs_dry=arrivals_below(missing, rate.shape, rate.hours, calling_hours),
        runs_dry_at=_dry_at(now, until, stock + rate.mean * calling_hours, taken_per_hour, open_hours),
    )


def _dry_at(
    now: datetime,
    until: datetime,
    leads: float,
    taken_per_hour: float,
    open_hours: Callable[[datetime, datetime], float],
) -> datetime | None:
    """When the last of `leads` is taken, to a quarter of an hour; None if they last."""
    if taken_per_hour <= 0:
        return None
    left, moment = leads, now
    while moment < until:
        left -= taken_per_hour * open_hours(moment, moment + STEP)
        moment += STEP
        if left < 0:
            return moment
    return None


def alarms(*, stock: int, stock_limit: int, runs_dry: float, ringing: frozenset[Alarm]) -> frozenset[Alarm]:
    """Which alarms should ring, given which ring now."""
    found: set[Alarm] = set()
    if runs_dry >= (DROUGHT_ENDS if "drought" in ringing else DROUGHT_BEGINS):
        found.add("drought")
    if stock > stock_limit * (GLUT_ENDS if "glut" in ringing else 1):
        found = {"glut"}
    return frozenset(found)
