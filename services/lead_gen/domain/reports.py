"""Reports: figures per hour, shares with their uncertainty, and cohorts, to judge callers, scripts and weeks by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import Field

from services.chassis.records import Record
from services.chassis.statistics import wilson

STEPS = ("reached", "handed_over", "accepted", "won")
"""How far a lead can get after its first call."""


@dataclass(frozen=True)
class Period:
    """From (included) until (excluded), either end open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class CallFilter:
    """Which calls are counted; what is left out does not matter. Clock hours are those of `timezone`."""

    timezone: str
    campaign_id: str | None = None
    caller: str | None = None


class CallCounts(Record):
    """Calls of one group and what became of them. `group` and `label` are null for calls that belong to none."""

    group: str | None
    label: str | None
    calls: int
    contacts: int
    interested: int
    hard_questions: int
    handed_over: int
    accepted: int
    won: int


class CallGroup(CallCounts):
    """As counted, with the first and last caller by name."""

    first_caller: str | None
    last_caller: str | None


class CallerFigures(CallCounts):
    """As judged, by hours of work. `caller` is named if the whole group is one person's."""

    caller: str | None
    hours: float
    calls_per_hour: float | None
    contacts_per_hour: float | None
    handed_over_per_hour: float | None


def figures_of(group: CallGroup, hours: float) -> CallerFigures:
    """A group's figures, with figures per hour of work."""
    named = group.first_caller if group.first_caller == group.last_caller else None
    rates = {f"{name}_per_hour": per_hour(getattr(group, name), hours) for name in ("calls", "contacts", "handed_over")}
    return CallerFigures(**{**dict(group), "caller": named, "hours": round(hours, 2), **rates})


def per_hour(count: int, hours: float) -> float | None:
    """A figure per hour of work, to two decimals; none where nobody worked."""
    return round(count / hours, 2) if hours > 0 else None


class LeadSteps(Record):
    """How many leads got how far by calls, and how many came by calling us."""

    called: int
    reached: int
    handed_over: int = Field(description="By a call; tier 2 has these and `inbound`.")
    accepted: int
    won: int
    inbound: int = Field(description="Leads that called us, and that no call had handed over.")
    inbound_won: int


class Funnel(LeadSteps):
    """How many leads are where, how many got how far by calls, and how many came by calling us."""

    stages: dict[str, dict[str, int]]
    leads: int


class WorkFigures(Record):
    """What a caller's time went into: seconds of talk that are known, and the calls that their shifts asked for."""

    caller: str
    talk_seconds: int
    quota: int


class Step(Record):
    """A step of the funnel: its key, how many leads took it, and how many took the one before it."""

    key: str
    leads: int
    out_of: int

    @property
    def share(self) -> float | None:
        """Of those who had come to the step before."""
        return self.leads / self.out_of if self.out_of and self.key != "called" else None


def funnel_steps(found: LeadSteps) -> list[Step]:
    """The funnel in its order."""
    names = ("called", "reached", "handed_over", "accepted", "won")
    counts = [getattr(found, name) for name in names]
    return [Step(key=name, leads=count, out_of=before)
            for name, count, before in zip(names, counts, [0, *counts], strict=False)]  # fmt: skip


class Share(Record):
    """A share of 1 with Wilson's 95 % interval."""

    mean: float
    low: float
    high: float


class NodeFigures(Record):
    """In how many calls a node was reached, and how many ended there."""

    node: str
    reached: int
    ended: int


class ScriptFigures(Record):
    """What calls led by one version of a script came to."""

    script_id: str
    name: str
    version: int
    calls: int
    contacts: int
    interested: int
    handed_over: int
    nodes: list[NodeFigures]

    @property
    def rate(self) -> Share | None:
        """Handed over per contact; none without a contact."""
        interval = wilson(self.handed_over, self.contacts)
        if interval is None:
            return None
        return Share(mean=self.handed_over / self.contacts, low=interval[0], high=interval[1])


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


class ImportCohort(Record):
    """Leads that came in the week of this Monday, and how far they ever got."""

    week: date
    size: int
    called: int
    handed_over: int
    accepted: int
    won: int


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
