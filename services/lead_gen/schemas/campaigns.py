"""Campaigns and scripts."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.chassis.http import Body, Model
from services.lead_gen.domain.scripts import Node
from services.lead_gen.schemas.leads import LeadView


class NewCampaign(Body):
    """A campaign to be started later."""

    name: str = Field(min_length=1, max_length=100)
    criteria_id: str | None = None
    script_id: str | None = None
    priority: int = Field(default=0, ge=0, le=9)


class Campaign(Model):
    """A campaign."""

    id: str
    name: str
    state: str
    criteria_id: str | None
    script_id: str | None
    priority: int
    created_at: datetime


class CampaignView(Campaign):
    """A campaign and how many of its leads are at each stage."""

    counts: dict[str, int] = Field(default_factory=dict)


class Preview(Model):
    """How many leads a campaign would take now, and the first of them."""

    matching: int
    sample: list[LeadView]


class NewScript(Body):
    """A new version of the script of this name."""

    name: str = Field(min_length=1, max_length=100)
    start: str
    nodes: dict[str, Node]


class ScriptView(Model):
    """One version of a script."""

    id: str
    name: str
    version: int
    start: str
    nodes: dict[str, Node]
    created_at: datetime


class NewInstruction(Body):
    """What to do in an unclear situation."""

    title: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=10_000)
    tags: list[str] = Field(default_factory=list, max_length=20)


class InstructionView(Model):
    """One instruction."""

    id: str
    title: str
    text: str
    tags: list[str]
    created_at: datetime
