"""Campaigns: which leads are called, by which script, in which order."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.records import Record
from services.lead_gen.domain.leads import Lead


class CampaignPlan(Record):
    """A campaign as a supervisor describes it. Without criteria it takes every lead; without a script none is read."""

    name: str
    criteria_id: str | None
    script_id: str | None
    priority: int


class Campaign(CampaignPlan):
    """A campaign. `counts`, where it was asked for, is the number of its leads per stage."""

    id: str
    state: str
    created_at: datetime
    counts: dict[str, int] = Field(default_factory=dict)


class EnrolledLead(Record):
    """A lead just enrolled, with what its workflow starts with."""

    id: str
    industry: str | None
    rounds: int


class Pace(Record):
    """What limits enrolment: the campaign's leads in cold calling, and all leads that wait for tier 2."""

    in_flight: int
    waiting: int


class Selection(Record):
    """How many leads would be taken now, by the language they are called in (None: any), and the first of them."""

    matching: int
    sample: list[Lead]
    languages: dict[str | None, int] = Field(default_factory=dict)
