"""Bodies about managers' absences."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.chassis.http import Body, Model
from services.conversion.domain.absences import Absence
from services.conversion.schemas.common import Moment, example


class NewAbsence(Body):
    """A manager is away from one moment to another."""

    model_config = example(starts_at="2030-05-06T09:00:00+03:00", ends_at="2030-05-20T18:00:00+03:00", reason="holiday")

    starts_at: Moment
    ends_at: Moment
    reason: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class AbsenceAnswer(Absence, Model):
    """An absence."""
