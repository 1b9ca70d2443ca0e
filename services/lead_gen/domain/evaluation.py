"""How callers, scripts and weeks are judged: shares with their uncertainty, figures per hour, cohorts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

STEPS = ("reached", "handed_over", "accepted", "won")
"""How far a lead can get after its first call."""


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
