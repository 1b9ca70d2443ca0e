"""Shifts."""

from __future__ import annotations

from pydantic import ConfigDict, Field, model_validator

from services.chassis.http import Body, Model, Moment
from services.lead_gen.domain.shifts import Shift


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
    starts_at: Moment
    ends_at: Moment
    quota: int | None = Field(default=None, ge=1, le=100_000, description="Calls in this shift.")

    @model_validator(mode="after")
    def _in_order(self) -> NewShift:
        if self.starts_at >= self.ends_at:
            raise ValueError("ends_at must be after starts_at")
        if (self.ends_at - self.starts_at).days >= 1:
            raise ValueError("a shift is shorter than a day")
        return self


class ShiftView(Shift, Model):
    """One shift. `break_since` is set while its caller is on a break."""
