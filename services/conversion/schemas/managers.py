"""Bodies about managers and policies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.chassis.http import Body, Model
from services.conversion.domain.policy import STANDARD, Policy
from services.conversion.records import Manager
from services.conversion.schemas.common import PersonId, Short, example

Names = Annotated[list[Short], Field(max_length=200)]
Weight = Annotated[int, Field(ge=1, le=100, description="Share of the leads, relative to the others.")]
Capacity = Annotated[int, Field(ge=0, le=10_000, description="Deals and open offers at the same time, at most.")]


class NewManager(Body):
    """A manager who takes leads from now on. Empty lists mean any language, region or segment."""

    model_config = example(
        id="manager-1",
        name="Anna Melnyk",
        languages=["uk", "en"],
        regions=[],
        segments=[],
        weight=1,
        capacity=30,
        active=True,
    )

    id: PersonId
    name: Short
    languages: Names = Field(default_factory=list, examples=[["uk", "en"]])
    regions: Names = Field(default_factory=list)
    segments: Names = Field(default_factory=list)
    weight: Weight = 1
    capacity: Capacity = 30
    active: bool = True


class ManagerChange(Body):
    """Changes of a manager; what is not given stays as it is."""

    model_config = example(capacity=20, active=False)

    name: Short | None = None
    languages: Names | None = None
    regions: Names | None = None
    segments: Names | None = None
    weight: Weight | None = None
    capacity: Capacity | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("name at least one thing to change")
        return self


class ManagerAnswer(Manager, Model):
    """A manager."""


class NewPolicy(Body):
    """The whole policy, as `GET /v1/policies` shows it."""

    model_config = example(body=STANDARD.model_dump(mode="json"))

    body: Policy


class PolicyAnswer(Model):
    """One version of the tier's rules. A deal keeps the version it began with."""

    version: int
    body: Policy
    created_by: str
    created_at: datetime
