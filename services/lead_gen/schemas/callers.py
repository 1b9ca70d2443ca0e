"""Callers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, ConfigDict, Field

from services.chassis.http import Body, Model


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no IANA time zone such as Europe/Kyiv")
    return name


Timezone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, Field(pattern="^[a-z]{2}$")]
_EXAMPLE: dict[str, Any] = {
    "id": "olena",
    "name": "Olena Shevchenko",
    "languages": ["uk", "en"],
    "campaigns": [],
    "daily_quota": 60,
    "timezone": "Europe/Kyiv",
}


class NewCaller(Body):
    """A caller; `id` is the subject of his bearer token."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    name: str = Field(min_length=1, max_length=100)
    languages: list[Language] = Field(default=["uk"], min_length=1, max_length=20)
    campaigns: list[str] = Field(default_factory=list, max_length=100, description="Empty: every campaign.")
    daily_quota: int | None = Field(default=None, ge=1, le=100_000, description="Calls a day in his own time zone.")
    timezone: Timezone = "Europe/Kyiv"


class CallerChange(Body):
    """What is left out stays as it is. `active: false` takes his leads back at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"languages": ["uk", "pl"], "daily_quota": 40}]})

    name: str | None = Field(default=None, min_length=1, max_length=100)
    languages: list[Language] | None = Field(default=None, min_length=1, max_length=20)
    campaigns: list[str] | None = Field(default=None, max_length=100)
    daily_quota: int | None = Field(default=None, ge=1, le=100_000)
    timezone: Timezone | None = None
    active: bool | None = None


class CallerView(Model):
    """One caller."""

    id: str
    name: str
    languages: list[str]
    campaigns: list[str]
    daily_quota: int | None
    timezone: str
    active: bool
    created_at: datetime
