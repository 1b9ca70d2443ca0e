"""Events of the switchboard."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from services.chassis.http import Body, Moment
from services.lead_gen.domain.inbound_calls import Event


class TelephonyEvent(Body):
    """One event of a call, in a shape that every switchboard can produce."""

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
    event: Event
    at: Moment
    default_region: str = Field(default="UA", pattern="^[A-Z]{2}$")
