"""Quantiles of the Gamma distribution and tails of the negative binomial, exact enough for a forecast, in few lines.

The regularised incomplete gamma function by its series and its continued fraction (Abramowitz and Stegun, Handbook of
Mathematical Functions, 6.5.29 and 6.5.31); quantiles by bisection.
"""

from __future__ import annotations

import math

_EXACT = 1e-12
_STEPS = 10_000


def gamma_cdf(x: float, shape: float) -> float:
    """P(X <= x) of a Gamma(shape, rate 1) variable."""
    if x <= 0:
        return 0.0
    scale = math.exp(-x + shape * math.log(x) - math.lgamma(shape))
    if x < shape + 1:
        return min(1.0, scale * _series(x, shape))
    return max(0.0, 1 - scale * _fraction(x, shape))


def _series(x: float, shape: float) -> float:
    term = total = 1 / shape
    for n in range(1, _STEPS):
        term *= x / (shape + n)
        total += term
        if term < total * _EXACT:
            break
    return total


def _fraction(x: float, shape: float) -> float:
    # Lentz's method; the tiny number keeps a zero denominator away.
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    total = d
    for n in range(1, _STEPS):
        a = -n * (n - shape)
        b += 2
        d = 1 / (a * d + b or tiny)
        c = b + a / c or tiny
        total *= d * c
        if abs(d * c - 1) < _EXACT:
            break
    return total


def gamma_quantile(p: float, shape: float, rate: float) -> float:
    """The x with P(X <= x) = p of a Gamma(shape, rate) variable."""
    low, high = 0.0, shape + 10 * math.sqrt(shape) + 10
    while high - low > 1e-10 * max(1.0, high):
        middle = (low + high) / 2
        low, high = (middle, high) if gamma_cdf(middle, shape) < p else (low, middle)
    return (low + high) / 2 / rate


def arrivals_below(count: int, shape: float, rate: float, hours: float) -> float:
    """P(fewer than `count` arrive in `hours`) when their rate is Gamma(shape, rate): a negative binomial tail."""
    if count <= 0:
        return 0.0
    if hours <= 0:
        return 1.0
    comes = math.log(hours) - math.log(rate + hours)
    term, total = shape * math.log(rate / (rate + hours)), 0.0
    for k in range(count):
        total += math.exp(term)
        term += math.log((shape + k) / (k + 1)) + comes
    return min(1.0, total)
