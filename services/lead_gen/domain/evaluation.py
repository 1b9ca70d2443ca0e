"""How callers, scripts and weeks are judged: shares with their uncertainty, figures per hour, cohorts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

STEPS = ("reached", "handed_over", "accepted", "won")
"""How far a lead can get after its first call."""


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


def per_hour(count: int, hours: float) -> float | None:
    """A figure per hour of work, to two decimals; none where nobody worked."""
    return round(count / hours, 2) if hours > 0 else None


@dataclass(frozen=True)
class CohortGroup:
    """Leads first called in one week (its Monday) that got equally far equally fast.

    `weeks` says per step in which week after its own first call a lead got there (0: within seven days).
    """

    week: date
    leads: int
    weeks: Mapping[str, int | None]


@dataclass(frozen=True)
class Cohort:
    """Leads first called in one week: how many, how far they ever got, and how far within 1, 2, ... weeks."""

    week: date
    size: int
    ever: Mapping[str, int]
    after: Sequence[Mapping[str, int]]


def cohorts(groups: Iterable[CohortGroup], *, weeks: int, today: date) -> list[Cohort]:
    """Cohorts in order of their weeks. `after` holds only what has passed for every lead of the cohort.

    A lead called on the cohort's last day has been known for n weeks from the end of the n-th week after it.
    """
    by_week: dict[date, list[CohortGroup]] = {}
    for group in groups:
        by_week.setdefault(group.week, []).append(group)
    return [_cohort(week, by_week[week], weeks, today) for week in sorted(by_week)]


def _cohort(week: date, groups: Sequence[CohortGroup], weeks: int, today: date) -> Cohort:
    passed = max(0, min(weeks, (today - week - timedelta(weeks=1)).days // 7))
    within = [{step: _got(groups, step, n) for step in STEPS} for n in range(1, passed + 1)]
    return Cohort(
        week=week,
        size=sum(group.leads for group in groups),
        ever={step: _got(groups, step, None) for step in STEPS},
        after=within,
    )


def _got(groups: Sequence[CohortGroup], step: str, within: int | None) -> int:
    """Leads that took this step within so many weeks of their first call, or ever."""
    total = 0
    for group in groups:
        took = group.weeks[step]
        if took is not None and (within is None or took < within):
            total += group.leads
    return total
