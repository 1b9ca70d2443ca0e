"""Inbound calls."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Model
from services.chassis.meanings import PhoneRegion
from services.lead_gen.domain.inbound_calls import Inbound

_CALL: dict[str, Any] = {
    "from": "+380 44 123 45 67",
    "to": "+380800200200",
    "call_id": "pbx-7f3a",
    "note": "asks for a price",
}


class NewInboundCall(Body):
    """Somebody called. `from` is their number as it was shown; `call_id` the switchboard's id of the call."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CALL]})

    from_: str | None = Field(
        default=None, alias="from", max_length=200, description="Left out or empty, `anonymous` and the like: withheld."
    )
    to: str | None = Field(default=None, max_length=40)
    call_id: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=1000)
    default_region: PhoneRegion = "UA"


class InboundView(Inbound, Model):
    """Where an inbound call was put through."""
