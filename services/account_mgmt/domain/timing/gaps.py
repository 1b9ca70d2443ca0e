"""Regular buyers: the customer's own gaps, drawn towards everybody's where there are few.

The logarithm of a gap is normal around a mean of the customer's own; the means are normal over customers. With n gaps
the customer's mean is the usual weighted one (A. Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, sections 2.5 and
5.4), and the spread is pooled from the customer's own squares and as many of everybody's as `_PRIOR_GAPS` gaps would
give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from services.account_mgmt.domain.timing.history import Floats, Histories

FEWEST_GAPS = 30
"""Gaps of all customers together below which nothing is fitted."""
_PRIOR_GAPS = 2.0
_SMALLEST = 1e-4


@dataclass(frozen=True)
class GapModel:
    """Everybody's gaps: mean of the logarithms (of weeks), their variance within and between customers."""

    mean: float
    within: float
    between: float

    def center(self, of: Histories) -> Floats:
        """Of each customer, the mean of the logarithm of their gaps."""
        n, variance = of.frequency, self.variance(of)
        own = n / variance
        prior = 1 / self.between
        return np.asarray((own * of.gap_mean + prior * self.mean) / (own + prior), dtype=np.float64)

    def variance(self, of: Histories) -> Floats:
        """Of each customer, the variance of the logarithm of a gap around their mean."""
        freedom = np.maximum(of.frequency - 1, 0)
        pooled = (of.gap_squares + _PRIOR_GAPS * self.within) / (freedom + _PRIOR_GAPS)
        return np.maximum(pooled, _SMALLEST)

    def spread(self, of: Histories) -> Floats:
        """Standard deviation of the logarithm of the next gap: around the mean, and of the mean itself."""
        variance = self.variance(of)
        of_mean = 1 / (of.frequency / variance + 1 / self.between)
        return np.sqrt(variance + of_mean)

    def p_buys(self, of: Histories, weeks: float) -> Floats:
        """The probability of the next purchase within so many weeks, given that none has come since the last."""
        center, spread = self.center(of), self.spread(of)
        waited = ndtr((np.log(np.maximum(of.since, 1e-9)) - center) / spread)
        until = ndtr((np.log(of.since + weeks) - center) / spread)
        return np.asarray((until - waited) / np.maximum(1 - waited, 1e-9), dtype=np.float64)

    def p_within(self, of: Histories, weeks: Floats) -> Floats:
        """The probability that a gap is no longer than so many weeks."""
        z = (np.log(np.maximum(weeks, 1e-9)) - self.center(of)) / self.spread(of)
        return np.asarray(ndtr(z), dtype=np.float64)

    def quantile(self, of: Histories, share: float) -> Floats:
        """Weeks after the last purchase by which the next one has come with this probability, given the wait so far."""
        center, spread = self.center(of), self.spread(of)
        waited = ndtr((np.log(np.maximum(of.since, 1e-9)) - center) / spread)
        # Beyond every gap a customer ever had the model knows no next one; the last per mille stands for it.
        level = np.minimum(waited + share * (1 - waited), 0.999)
        return np.asarray(np.maximum(np.exp(center + spread * ndtri(level)), of.since), dtype=np.float64)


def fit(of: Histories) -> GapModel | None:
    """Moments of everybody's gaps; none for too few. Variances never vanish, so that one odd gap decides nothing."""
    n = of.frequency
    if n.sum() < FEWEST_GAPS:
        return None
    freedom = float(np.maximum(n - 1, 0).sum())
    within = max(float(of.gap_squares.sum()) / freedom, _SMALLEST) if freedom else 0.25
    bought = n > 0
    weights = n[bought]
    mean = float(np.average(of.gap_mean[bought], weights=weights))
    scatter = float(np.average((of.gap_mean[bought] - mean) ** 2, weights=weights))
    # Of the scatter of the customers' means, the part that chance alone gives is not theirs.
    between = max(scatter - within * bought.sum() / float(weights.sum()), 0.01)
    return GapModel(mean=mean, within=within, between=between)
