"""Shifts, and the rota that plans them."""

from __future__ import annotations

from datetime import date, datetime, time

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from services.chassis.http import Body, Model
from services.lead_gen.schemas.callers import Timezone


class NewShift(Body):
    """Planned hours of a caller."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"caller_id": "olena", "starts_at": "2026-12-01T14:00:00+02:00", "ends_at": "2026-12-01T18:00:00+02:00"}
            ]
        }
    )

    caller_id: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    quota: int | None = Field(default=None, ge=1, le=100_000, description="Calls in this shift.")

    @model_validator(mode="after")
    def _in_order(self) -> NewShift:
        if self.starts_at >= self.ends_at:
            raise ValueError("ends_at must be after starts_at")
        if (self.ends_at - self.starts_at).days >= 1:
            raise ValueError("a shift is shorter than a day")
        return self


class ShiftView(Model):
    """One shift. `break_since` is set while its caller is on a break."""

    id: str
    caller_id: str
    starts_at: datetime
    ends_at: datetime
    by_rota: bool
    quota: int | None
    signed_on_at: datetime | None
    break_since: datetime | None
    signed_off_at: datetime | None
    created_at: datetime


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
    starts: time
    ends: time
    timezone: Timezone = "Europe/Kyiv"
    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _fits(self) -> NewPattern:
        if self.starts == self.ends:
            raise ValueError("ends must differ from starts")
        if self.starts.tzinfo is not None or self.ends.tzinfo is not None:
            raise ValueError("starts and ends are local times without an offset")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("valid_until must not lie before valid_from")
        return self


class PatternView(Model):
    """One line of the rota."""

    id: str
    caller_id: str
    weekday: int
    starts: time
    ends: time
    timezone: str
    valid_from: date
    valid_until: date | None
    created_at: datetime


class NewException(Body):
    """A day off (no hours), or a day with other hours."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"caller_id": "olena", "day": "2026-12-24", "reason": "exam"}]}
    )

    caller_id: str
    day: date
    starts: time | None = None
    ends: time | None = None
    timezone: Timezone = "Europe/Kyiv"
    reason: str | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _fits(self) -> NewException:
        if (self.starts is None) != (self.ends is None):
            raise ValueError("give starts and ends, or neither for a day off")
        if self.starts is not None and self.starts == self.ends:
            raise ValueError("ends must differ from starts")
        return self


class ExceptionView(Model):
    """One day that is not like the others."""

    id: str
    caller_id: str
    day: date
    starts: time | None
    ends: time | None
    timezone: str
    reason: str | None
    created_at: datetime


class PlannedView(Model):
    """A shift as the rota plans it."""

    caller_id: str
    starts_at: datetime
    ends_at: datetime
