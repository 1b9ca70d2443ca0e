"""Complaints of customers."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from services.chassis.http import Body


class NewComplaint(Body):
    """What a customer complains of."""

    model_config = ConfigDict(json_schema_extra={"example": {"text": "the truck came a day late, twice"}})

    text: str = Field(min_length=1, max_length=2000)
