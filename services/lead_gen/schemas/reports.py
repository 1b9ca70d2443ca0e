"""Figures, and the policy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import ConfigDict

from services.chassis.http import Body, Model


class CallerReport(Model):
    """Calls of one group and what became of them: of a caller, or of what `by` asks for.

    `group` is the caller, the hour (00 to 23), or the id of the campaign, script version or shift, with `label` for
    people; null for calls of none. `caller` is named where the group is one person's.
    """

    caller: str | None
    group: str | None
    label: str | None
    calls: int
    contacts: int
    interested: int
    hard_questions: int
    handed_over: int
    accepted: int
    won: int
    hours: float
    calls_per_hour: float | None
    contacts_per_hour: float | None
    handed_over_per_hour: float | None


class FunnelView(Model):
    """How many leads are where, and how many ever got how far."""

    stages: dict[str, dict[str, int]]
    leads: int
    called: int
    reached: int
    handed_over: int
    accepted: int
    won: int


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


class ShareView(Model):
    """A share of 1 with Wilson's 95 % interval."""

    mean: float
    low: float
    high: float


class NodeResult(Model):
    """In how many calls a node was reached, and how many ended there."""

    node: str
    reached: int
    ended: int


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


class NewPolicy(Body):
    """A new version of the tier's policy; what is left out keeps its default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"body": {"max_attempts": 5, "gaps": ["PT45M", "PT4H", "P1D"], "opens": "09:00:00"}}]
        }
    )

    body: dict[str, Any]


class PolicyView(Model):
    """One version of the policy."""

    version: int
    body: dict[str, Any]
    created_by: str
    created_at: datetime
