"""Figures of callers, leads and scripts."""

from __future__ import annotations

from datetime import date
from typing import Self

from services.chassis.http import Model
from services.lead_gen.domain.rates import Rates
from services.lead_gen.domain.reports import CallerFigures, Cohort, Funnel, NodeFigures, ScriptFigures, Share


class CallerReport(CallerFigures, Model):
    """Calls of one group and what became of them: of a caller, or of what `by` asks for.

    `group` is the caller, the hour (00 to 23), or the id of the campaign, script version or shift, with `label` for
    people; null for calls that belong to none. `caller` is named if the whole group is one person's.
    """


class FunnelView(Funnel, Model):
    """How many leads are where, and how many ever got how far."""


class CohortStep(Model):
    """How many leads of a cohort had got how far `weeks` weeks after their first call."""

    weeks: int
    reached: int
    handed_over: int
    accepted: int
    won: int


class CohortView(Model):
    """Leads first called in the week that begins on this Monday: how many, and how far they ever got.

    `after` tells only weeks that have passed for every one of them.
    """

    week: date
    size: int
    reached: int
    handed_over: int
    accepted: int
    won: int
    after: list[CohortStep]

    @classmethod
    def of(cls, cohort: Cohort) -> Self:
        """The answer, weeks counted from 1."""
        after = [CohortStep(weeks=weeks, **steps) for weeks, steps in enumerate(cohort.after, start=1)]
        return cls(week=cohort.week, size=cohort.size, **cohort.ever, after=after)


class ShareView(Share, Model):
    """A share of 1 with Wilson's 95 % interval."""


class NodeResult(NodeFigures, Model):
    """In how many calls a node was reached, and how many ended there."""


class ScriptResult(Model):
    """What calls led by one version of a script came to. `rate` is handed over per contact; null without one."""

    script_id: str
    name: str
    version: int
    calls: int
    contacts: int
    interested: int
    handed_over: int
    rate: ShareView | None
    nodes: list[NodeResult]

    @classmethod
    def of(cls, figures: ScriptFigures) -> Self:
        """The answer, field for field."""
        return cls.model_validate(figures, from_attributes=True)


class RatesReport(Rates, Model):
    """What a plan takes from the records."""
