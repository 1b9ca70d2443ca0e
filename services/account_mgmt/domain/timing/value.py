"""What a customer's next purchase is worth: the Gamma-Gamma model.

Source: P. Fader, B. Hardie, "The Gamma-Gamma model of monetary value" (2013). A purchase is gamma distributed around
the customer's own mean, the means are spread over customers; with few purchases the mean of all counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from services.account_mgmt.domain.timing.history import Floats

FEWEST = 20
_START = (6.0, 4.0, 15.0)
_ABOVE = np.array([0.0, 1.0, 0.0])
"""A mean exists for q above 1 only."""


@dataclass(frozen=True)
class ValueModel:
    """Parameters p, q and gamma; `scale` is the unit of money in which they were fitted."""

    p: float
    q: float
    gamma: float
    scale: float

    def expected(self, purchases: Floats, mean: Floats) -> Floats:
        """The expected value of a purchase of customers with so many purchases of this mean value."""
        total = purchases * mean / self.scale
        found = self.p * (self.gamma + total) / (self.p * purchases + self.q - 1)
        return np.asarray(found * self.scale, dtype=np.float64)


def fit(purchases: Floats, mean: Floats) -> ValueModel | None:
    """Maximum likelihood over customers with at least one purchase of some value; none for too few."""
    known = (purchases > 0) & (mean > 0)
    if known.sum() < FEWEST:
        return None
    scale = float(np.median(mean[known])) / 10
    x, m = purchases[known], mean[known] / scale

    def loss(logs: Floats) -> float:
        p, q, gamma = np.exp(logs) + _ABOVE
        value = (
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
            + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(gamma + m * x)
        )  # fmt: skip
        return -float(value.mean())

    best = minimize(loss, np.log(np.array(_START) - _ABOVE), method="L-BFGS-B", bounds=[(-5, 8)] * 3)
    p, q, gamma = np.exp(best.x) + _ABOVE
    return ValueModel(p=float(p), q=float(q), gamma=float(gamma), scale=scale)
