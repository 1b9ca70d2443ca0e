"""Campaigns."""

from __future__ import annotations

from datetime import datetime

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.lead_gen.schemas.leads import LeadView


class NewCampaign(Body):
    """A campaign to be started later."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Spring freight", "priority": 3}]})

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
