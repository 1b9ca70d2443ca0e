"""Inbound calls, the switchboard's events, and promises to call back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from services.chassis.http import Body, Model

_CALL: dict[str, Any] = {
    "from": "+380 44 123 45 67",
    "to": "+380800200200",
    "call_id": "pbx-7f3a",
    "note": "asks for a price",
}


class NewInboundCall(Body):
    """Somebody called. `from` is their number; `call_id` the switchboard's id of the call."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CALL]})

    from_: str = Field(alias="from", min_length=3, max_length=40)
    to: str | None = Field(default=None, max_length=40)
    call_id: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=1000)
    default_region: str = Field(default="UA", pattern="^[A-Z]{2}$")


class InboundView(Model):
    """Where an inbound call was put through."""

    id: str
    lead_id: str
    tier: str
    stage: str
    owner: str | None
    workflow_id: str
    known: bool
    routed_to: str
    state: str
    at: datetime


class TelephonyEvent(Body):
    """One event of a call, in the shape that every switchboard can be brought into."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "from": "+380441234567",
                    "to": "+380800200200",
                    "call_id": "pbx-7f3a",
                    "event": "ringing",
                    "at": "2026-12-01T10:15:00+02:00",
                }
            ]
        }
    )

    from_: str = Field(alias="from", min_length=3, max_length=40)
    to: str | None = Field(default=None, max_length=40)
    call_id: str = Field(min_length=1, max_length=100)
    event: Literal["ringing", "answered", "missed", "completed"]
    at: AwareDatetime
    default_region: str = Field(default="UA", pattern="^[A-Z]{2}$")


class PromiseView(Model):
    """Somebody was told that he will be called back by `due_at`."""

    id: str
    inbound_call_id: str
    lead_id: str
    due_at: datetime
    state: str
    kept_at: datetime | None
    created_at: datetime
