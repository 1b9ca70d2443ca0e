"""The rota: weekly hours of callers, and exceptions to them."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from services.chassis.http import Body, Model
from services.chassis.meanings import Day, LocalTime, ZoneName
from services.lead_gen.domain.rota import Planned, RotaException, RotaPattern


class NewPattern(Body):
    """Weekly hours in local time; Monday is 0. `ends` at or before `starts` is on the next day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"caller_id": "olena", "weekday": 1, "starts": "14:00", "ends": "18:00", "valid_from": "2026-12-01"}
            ]
        }
    )

    caller_id: str
    weekday: int = Field(ge=0, le=6)
    starts: LocalTime
    ends: LocalTime
    timezone: ZoneName = "Europe/Kyiv"
    valid_from: Day
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _fits(self) -> NewPattern:
        if self.starts == self.ends:
            raise ValueError("ends must differ from starts")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("valid_until must not lie before valid_from")
        return self


class PatternView(RotaPattern, Model):
    """One line of the rota."""


class NewException(Body):
    """A day off (no hours), or a day with other hours."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"caller_id": "olena", "day": "2026-12-24", "reason": "exam"}]}
    )

    caller_id: str
    day: Day
    starts: LocalTime | None = None
    ends: LocalTime | None = None
    timezone: ZoneName = "Europe/Kyiv"
    reason: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _fits(self) -> NewException:
        if (self.starts is None) != (self.ends is None):
            raise ValueError("give starts and ends, or neither for a day off")
        if self.starts is not None and self.starts == self.ends:
            raise ValueError("ends must differ from starts")
        return self


class ExceptionView(RotaException, Model):
    """One exception to the rota."""


class PlannedView(Model):
    """A shift as the rota plans it."""

    caller_id: str
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, planned: Planned) -> Self:
        """The answer, field for field."""
        return cls.model_validate(planned, from_attributes=True)
