"""Callers and their shifts."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, model_validator

from services.chassis.http import Body, Model


class NewCaller(Body):
    """A caller; `id` is the subject of his bearer token."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    name: str = Field(min_length=1, max_length=100)
    languages: list[str] = Field(default=["uk"], min_length=1)
    daily_quota: int | None = Field(default=None, ge=1)


class CallerView(Model):
    """One caller."""

    id: str
    name: str
    languages: list[str]
    daily_quota: int | None
    active: bool
    created_at: datetime


class NewShift(Body):
    """Planned hours of a caller."""

    caller_id: str
    starts_at: datetime
    ends_at: datetime

    @model_validator(mode="after")
    def _in_order(self) -> NewShift:
        if self.starts_at >= self.ends_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class ShiftView(Model):
    """One shift."""

    id: str
    caller_id: str
    starts_at: datetime
    ends_at: datetime
    signed_on_at: datetime | None
    signed_off_at: datetime | None
    created_at: datetime
