"""Account managers, their portfolios and absences."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.account_mgmt.domain.account_managers import Absence, AccountManager
from services.account_mgmt.domain.portfolio import TakenOver
from services.chassis.http import Body, Moment

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Words = Annotated[list[Word], Field(max_length=50)]
Capacity = Annotated[int, Field(ge=0, le=100_000, description="How many customers they look after at most.")]
PersonId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


class NewAccountManager(Body):
    """An account manager; `id` is the subject of the bearer token. Without segments or sizes they take any."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"id": "oleh", "name": "Oleh Bondar", "capacity": 400, "segments": ["steel"], "sizes": ["11-50"]}
        }
    )

    id: PersonId
    name: Name
    capacity: Capacity = 500
    active: bool = True
    segments: Words = Field(default_factory=list)
    sizes: Words = Field(default_factory=list)


class AccountManagerChange(Body):
    """Changes of an account manager; what is not given stays."""

    model_config = ConfigDict(json_schema_extra={"example": {"capacity": 450, "segments": ["steel", "grain"]}})

    name: Name | None = None
    capacity: Capacity | None = None
    active: bool | None = None
    segments: Words | None = None
    sizes: Words | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.changes():
            raise ValueError("name at least one thing to change")
        return self

    def changes(self) -> dict[str, Any]:
        """What was given, by name."""
        return self.model_dump(exclude_none=True)


class AccountManagerView(AccountManager):
    """One account manager with the size of the portfolio. `cover` is who does the work while they are `away`."""


class NewAbsence(Body):
    """An account manager is away. `cover` does the work; without one, whoever is there and fits each customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "starts_at": "2030-05-06T00:00:00+03:00",
                "ends_at": "2030-05-20T00:00:00+03:00",
                "cover": "larysa",
                "reason": "holiday",
            }
        }
    )

    starts_at: Moment
    ends_at: Moment
    cover: PersonId | None = None
    reason: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class AbsenceView(Absence):
    """An absence."""


class TakeOver(Body):
    """Give customers of an account manager to somebody, or, without `to`, to whoever fits each of them best."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"to": "larysa", "segment": "steel", "reason": "Oleh left", "dry_run": True}}
    )

    to: PersonId | None = None
    segment: Word | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    dry_run: bool = True


class TakenOverView(TakenOver):
    """What a take-over does, or did. `left` customers are still to be reassigned: ask again."""


class Assignment(Body):
    """Whose customer it is from now on."""

    model_config = ConfigDict(json_schema_extra={"example": {"account_manager": "larysa", "reason": "speaks Polish"}})

    account_manager: PersonId
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]
