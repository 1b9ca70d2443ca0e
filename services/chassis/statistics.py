"""Confidence intervals of shares and of their differences."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


def wilson(successes: int, trials: int) -> tuple[float, float] | None:
    """Wilson's score interval of a share, 95 % (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927); none without trials."""
    if trials <= 0:
        return None
    share, square = successes / trials, Z_95 * Z_95
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = Z_95 * sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == trials else middle + half
    return low, high


def difference(a: int, of_a: int, b: int, of_b: int) -> tuple[float, float] | None:
    """Interval of share a minus share b, 95 %, from Wilson's intervals of both; none if either had no trials.

    R. G. Newcombe, Statistics in Medicine 17 (1998), method 10.
    """
    first, second = wilson(a, of_a), wilson(b, of_b)
    if first is None or second is None:
        return None
    p, q = a / of_a, b / of_b
    low = p - q - sqrt((p - first[0]) ** 2 + (second[1] - q) ** 2)
    high = p - q + sqrt((first[1] - p) ** 2 + (q - second[0]) ** 2)
    return low, high
