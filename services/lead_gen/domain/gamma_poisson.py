"""The rate at which calling finds interested leads, and its uncertainty: the Gamma-Poisson model.

With a Gamma(shape a, rate b) prior on leads per hour and k leads seen in h hours, the posterior is Gamma(a + k, b + h),
and the number that comes in T hours is negative binomial (Gelman et al., Bayesian Data Analysis, 3rd ed., sections 2.6
and 2.7). A campaign's prior is the organisation's overall rate, worth a few hours of calling: its own figures soon
outweigh it.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import betainc, gammaincinv

# Worth two hours of calling at one interested lead per hour: soon outweighed by the organisation's own figures.
PRIOR_LEADS = 2.0
PRIOR_HOURS = 2.0
# What the rate above it is worth to a campaign or a caller, in hours of calling.
BORROWED_HOURS = 8.0
TAIL = 0.05


@dataclass(frozen=True)
class Rate:
    """Interested leads per hour of calling: the posterior Gamma(shape, hours), and its mean with a 90 % interval."""

    shape: float
    hours: float
    mean: float
    low: float
    high: float


def overall_rate(found: int, hours: float) -> Rate:
    """The organisation's own rate after `found` interested leads in `hours` of calling."""
    return _rate(PRIOR_LEADS + found, PRIOR_HOURS + hours)


def rate_under(above: Rate, found: int, hours: float) -> Rate:
    """The rate of a campaign (or caller), borrowing from the rate above it until its own figures suffice."""
    return _rate(above.mean * BORROWED_HOURS + found, BORROWED_HOURS + hours)


def _rate(shape: float, hours: float) -> Rate:
    low, high = gamma_quantile(TAIL, shape, hours), gamma_quantile(1 - TAIL, shape, hours)
    return Rate(shape, hours, shape / hours, low, high)


def gamma_quantile(p: float, shape: float, rate: float) -> float:
    """The x with P(X <= x) = p of a Gamma(shape, rate) variable."""
    return float(gammaincinv(shape, p)) / rate


def arrivals_below(count: int, shape: float, rate: float, hours: float) -> float:
    """P(fewer than `count` arrive in `hours`) when their rate is Gamma(shape, rate): a negative binomial tail."""
    if count <= 0:
        return 0.0
    if hours <= 0:
        return 1.0
    # The regularised incomplete beta function (Abramowitz and Stegun, 26.5.26).
    return float(betainc(shape, count, rate / (rate + hours)))
