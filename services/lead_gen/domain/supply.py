"""Tier 2 must not run dry between two shifts: the expected rate of interested leads, with its uncertainty.

Gamma-Poisson: with a Gamma(shape a, rate b) prior on leads per hour and k leads seen in h hours, the posterior is
Gamma(a + k, b + h) (Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

# Worth two hours of calling at one interested lead per hour: soon outweighed by the campaign's own figures.
PRIOR_LEADS = 2.0
PRIOR_HOURS = 2.0
Z90 = 1.645


@dataclass(frozen=True)
class Rate:
    """Interested leads per hour: mean, and an interval that holds the rate with about 90 %."""

    mean: float
    low: float
    high: float


def interested_rate(found: int, hours: float) -> Rate:
    """Posterior rate after `found` interested leads in `hours` of calling.

    The interval is Wilson and Hilferty's approximation of the Gamma quantiles (1931).
    """
    shape, rate = PRIOR_LEADS + found, PRIOR_HOURS + hours
    mean = shape / rate

    def quantile(z: float) -> float:
        return float(mean * max(0.0, 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))) ** 3)

    return Rate(mean=mean, low=quantile(-Z90), high=quantile(Z90))


def alarm(in_stock: int, capacity: int, stock_limit: int) -> Literal["drought", "glut"] | None:
    """`drought` when stock cannot fill the managers' free places, `glut` above the policy's limit."""
    if in_stock > stock_limit:
        return "glut"
    return "drought" if in_stock < capacity else None
