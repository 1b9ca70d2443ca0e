"""A lead's story, and finding a lead."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from services.chassis.http import Body, Id, Model, Moment
from services.chassis.meanings import storable
from services.chassis.stories import Part
from services.lead_gen.domain.story import FoundLead


class StoryPart(Part, Model):
    """Tier 1's part of a lead's story, the latest first. `older` goes into `before` and `before_ref`."""


class Found(FoundLead, Model):
    """A lead that may be meant. Numbers are masked."""


class FindLead(Body):
    """What somebody knows of a lead: its id, a number, or part of its name. In the body, so that no log has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"wanted": "044 200 10 00", "default_region": "UA"}]})

    wanted: Annotated[str, AfterValidator(storable)] = Field(min_length=1, max_length=200)
    default_region: str = Field(default="UA", max_length=10)
    limit: int = Field(default=20, ge=1, le=500)
    after_at: Moment | None = None
    after_id: Id | None = None
