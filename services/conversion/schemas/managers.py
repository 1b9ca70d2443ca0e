"""Bodies about managers."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from services.chassis.business_time import Calendar
from services.chassis.http import Body, Model
from services.chassis.meanings import Language, at_the_door, each_once
from services.conversion.domain.managers import Manager
from services.conversion.schemas.common import PersonId, Short, example

Names = Annotated[list[Short], Field(max_length=200)]
Languages = Annotated[list[Language], at_the_door(each_once), Field(max_length=200)]
Weight = Annotated[int, Field(ge=1, le=100, description="Share of the leads, relative to the others.")]
Quota = Annotated[int, Field(ge=0, le=10_000, description="New leads a day, at most; none for any number.")]
Email = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\".]+$")]
_MAY_BE_NULL = frozenset({"email", "team", "hours", "daily_quota"})
Team = Annotated[
    Short | None, Field(description="Managers of a team see each other's deals; those without one are a team, too.")
]
Capacity = Annotated[int, Field(ge=0, le=10_000, description="Deals and open offers at the same time, at most.")]


class NewManager(Body):
    """A manager who takes leads from now on. Empty lists mean any language, region or segment."""

    model_config = example(
        id="manager-1",
        name="Anna Melnyk",
        languages=["uk", "en"],
        regions=[],
        segments=[],
        products=[],
        email="anna@company.example",
        team="north",
        daily_quota=12,
        weight=1,
        capacity=30,
        active=True,
    )

    id: PersonId
    name: Short
    languages: Languages = Field(default_factory=list, examples=[["uk", "en"]])
    regions: Names = Field(default_factory=list)
    segments: Names = Field(default_factory=list)
    products: Names = Field(default_factory=list)
    email: Email | None = None
    team: Team = None
    hours: Calendar | None = Field(default=None, description="Own working hours; the tier's, if not given.")
    weight: Weight = 1
    capacity: Capacity = 30
    daily_quota: Quota | None = None
    active: bool = True


class ManagerChange(Body):
    """Changes of a manager; what is not given stays as it is. Null takes e-mail, team, own hours or quota away."""

    model_config = example(capacity=20, active=False)

    name: Short | None = None
    languages: Languages | None = None
    regions: Names | None = None
    segments: Names | None = None
    products: Names | None = None
    email: Email | None = None
    team: Team = None
    hours: Calendar | None = None
    weight: Weight | None = None
    capacity: Capacity | None = None
    daily_quota: Quota | None = None
    active: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one thing to change")
        null = sorted(name for name in self.model_fields_set - _MAY_BE_NULL if getattr(self, name) is None)
        if null:
            raise ValueError(f"{', '.join(null)} cannot be null")
        return self

    def changes(self) -> dict[str, Any]:
        """What was given, by name."""
        given = self.model_dump(mode="json")
        return {name: given[name] for name in self.model_fields_set}


class ManagerAnswer(Manager, Model):
    """A manager."""
