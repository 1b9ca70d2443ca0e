"""Callers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.chassis.meanings import Language, ZoneName, at_the_door, each_once
from services.lead_gen.domain.callers import Caller

Extension = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9+*#@._:/-]+$")]
Languages = Annotated[list[Language], at_the_door(each_once), Field(min_length=1, max_length=20)]
_EXAMPLE: dict[str, Any] = {
    "id": "olena",
    "name": "Olena Shevchenko",
    "languages": ["uk", "en"],
    "campaigns": [],
    "daily_quota": 60,
    "timezone": "Europe/Kyiv",
    "extension": "204",
}


class NewCaller(Body):
    """A caller; `id` is the subject of their bearer token."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")
    name: str = Field(min_length=1, max_length=100)
    languages: Languages = Field(default=["uk"])
    campaigns: list[str] = Field(default_factory=list, max_length=100, description="Empty: every campaign.")
    daily_quota: int | None = Field(default=None, ge=1, le=100_000, description="Calls a day in their own time zone.")
    timezone: ZoneName = "Europe/Kyiv"
    extension: Extension | None = Field(default=None, description="Where the switchboard reaches them.")


class CallerChange(Body):
    """What is left out stays as it is. `active: false` takes their leads back at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"languages": ["uk", "pl"], "daily_quota": 40}]})

    name: str | None = Field(default=None, min_length=1, max_length=100)
    languages: Languages | None = None
    campaigns: list[str] | None = Field(default=None, max_length=100)
    daily_quota: int | None = Field(default=None, ge=1, le=100_000)
    timezone: ZoneName | None = None
    extension: Extension | None = None
    active: bool | None = None


class CallerView(Caller, Model):
    """One caller."""
