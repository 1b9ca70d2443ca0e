"""Campaigns."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.lead_gen.domain.campaigns import Campaign, Selection
from services.lead_gen.schemas.leads import LeadView


class NewCampaign(Body):
    """A campaign to be started later."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Spring freight", "priority": 3}]})

    name: str = Field(min_length=1, max_length=100)
    criteria_id: str | None = None
    script_id: str | None = None
    priority: int = Field(default=0, ge=0, le=9)


class CampaignView(Campaign, Model):
    """A campaign and how many of its leads are at each stage."""


class Preview(Model):
    """How many leads a campaign would take now, and the first of them."""

    matching: int
    sample: list[LeadView]

    @classmethod
    def of(cls, found: Selection) -> Self:
        """The answer, numbers masked."""
        return cls(matching=found.matching, sample=[LeadView.of(lead) for lead in found.sample])
