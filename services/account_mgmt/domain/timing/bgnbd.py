"""Irregular buyers: BG/NBD and MBG/NBD, closed form.

While alive, customers buy at a rate of their own (gamma distributed over customers), and after each purchase leave
with a probability of their own (beta distributed). Sources: P. Fader, B. Hardie, K. L. Lee, "Counting your customers
the easy way", Marketing Science 24 (2005); E. P. Batislam, M. Denizel, A. Filiztekin, "Empirical validation and
comparison of models for customer base analysis", Int. J. of Research in Marketing 24 (2007), where a customer may leave
after the first purchase too (MBG).
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1, psi

from services.account_mgmt.domain.timing.history import Floats, Histories

FEWEST = 20
"""Customers below which nothing is fitted."""
_STARTS = ((0.3, 5.0, 0.8, 2.5), (1.0, 10.0, 1.0, 5.0), (3.0, 10.0, 0.5, 8.0))
_BOUNDS = (-7.0, 9.0)


@dataclass(frozen=True)
class CountModel:
    """The fitted parameters. `modified` is MBG/NBD."""

    r: float
    alpha: float
    a: float
    b: float
    modified: bool = False

    def p_alive(self, of: Histories) -> Floats:
        """The probability that a customer has not left."""
        return _alive(self, of)

    def p_stays(self, of: Histories) -> Floats:
        """The probability that a customer has not left with the last purchase, as long as nothing else is known."""
        return np.asarray((self.b + of.frequency + 1) / (self.a + self.b + of.frequency + 1), dtype=np.float64)

    def p_buys(self, of: Histories, weeks: float) -> Floats:
        """The probability of at least one purchase within the next weeks.

        Given that they are alive, the rate is gamma distributed with shape r + x and scale 1 / (alpha + T).
        """
        none = ((self.alpha + of.age) / (self.alpha + of.age + weeks)) ** (self.r + of.frequency)
        return np.asarray(self.p_alive(of) * (1 - none), dtype=np.float64)

    def expected(self, of: Histories, weeks: float) -> Floats:
        """The expected number of purchases within the next weeks (equation 10 of Fader, Hardie and Lee)."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x, top = of.frequency, alpha + of.age
        beta = b + x + (1 if self.modified else 0)
        z = weeks / (top + weeks)
        shrink = (top / (top + weeks)) ** (r + x)
        growth = (a + beta - 1) / (a - 1) * (1 - shrink * hyp2f1(r + x, beta, a + beta - 1, z))
        return np.asarray(np.maximum(0.0, growth) * self.p_alive(of), dtype=np.float64)


def fit(of: Histories, *, modified: bool = False) -> CountModel | None:
    """Maximum likelihood from several starting points; none for too few customers or if nobody bought twice."""
    if len(of.ids) < FEWEST or not (of.frequency > 0).any():
        return None
    table = np.stack([of.frequency, of.recency, of.age], axis=1)
    rows, counts = np.unique(table, axis=0, return_counts=True)
    data = _Data(rows[:, 0], rows[:, 1], rows[:, 2], counts / counts.sum(), modified)
    found = [minimize(data.loss, np.log(start), jac=True, method="L-BFGS-B", bounds=[_BOUNDS] * 4) for start in _STARTS]
    best = min(found, key=lambda one: float(one.fun))
    r, alpha, a, b = np.exp(best.x)
    return CountModel(float(r), float(alpha), float(a), float(b), modified)


@dataclass(frozen=True)
class _Data:
    """Distinct histories with their weights."""

    x: Floats
    last: Floats
    age: Floats
    weight: Floats
    modified: bool

    def loss(self, logs: Floats) -> tuple[float, Floats]:
        """Minus the mean log-likelihood and its gradient by the logarithms of the parameters."""
        r, alpha, a, b = np.exp(logs)
        x, shift = self.x, 1 if self.modified else 0
        survived = -(r + x) * np.log(alpha + self.age)
        left = np.log(a) - np.log(np.maximum(b + x - 1 + shift, 1e-12)) - (r + x) * np.log(alpha + self.last)
        may_leave = (x > 0) | self.modified
        both = np.where(may_leave, np.logaddexp(survived, left), survived)
        value = (
            gammaln(r + x) - gammaln(r) + r * np.log(alpha)
            + gammaln(a + b) + gammaln(b + x + shift) - gammaln(b) - gammaln(a + b + x + shift) + both
        )  # fmt: skip
        stayed = np.exp(survived - both)
        gone = np.where(may_leave, np.exp(left - both), 0.0)
        by_r = psi(r + x) - psi(r) + np.log(alpha)
        by_r -= stayed * np.log(alpha + self.age) + gone * np.log(alpha + self.last)
        by_alpha = r / alpha - (r + x) * (stayed / (alpha + self.age) + gone / (alpha + self.last))
        common = psi(a + b) - psi(a + b + x + shift)
        by_a = common + gone / a
        by_b = common + psi(b + x + shift) - psi(b) - gone / np.maximum(b + x - 1 + shift, 1e-12)
        slope = np.array([self._mean(part) for part in (by_r * r, by_alpha * alpha, by_a * a, by_b * b)])
        return -self._mean(value), -slope

    def _mean(self, values: Floats) -> float:
        return float(np.dot(values, self.weight))


def _alive(model: CountModel, of: Histories) -> Floats:
    r, alpha, a, b = astuple(model)[:4]
    shift = 1 if model.modified else 0
    ratio = ((alpha + of.age) / (alpha + of.recency)) ** (r + of.frequency)
    odds = a / np.maximum(b + of.frequency - 1 + shift, 1e-12) * ratio
    alive: Floats = 1 / (1 + odds)
    return alive if model.modified else np.where(of.frequency > 0, alive, 1.0)
