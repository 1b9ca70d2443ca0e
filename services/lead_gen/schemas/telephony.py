"""Events of the switchboard."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from services.chassis.http import Body, Moment
from services.chassis.meanings import PhoneRegion
from services.lead_gen.domain.dials import DialEvent


class TelephonyEvent(Body):
    """One event of a call, in a shape that every switchboard can produce.

    `inbound` is a call to us; `from` is the caller's number as it was shown, if it was. `outbound` is one that we asked
    for, known by our `call_id`; `missed` means there that nobody answered.
    """

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

    direction: Literal["inbound", "outbound"] = "inbound"
    from_: str | None = Field(default=None, alias="from", max_length=200)
    to: str | None = Field(default=None, max_length=40)
    call_id: str = Field(min_length=1, max_length=100)
    event: DialEvent
    at: Moment
    default_region: PhoneRegion = "UA"

    @model_validator(mode="after")
    def _fits_its_direction(self) -> Self:
        if self.direction == "inbound" and self.event in {"busy", "failed"}:
            raise ValueError(f"`{self.event}` is told of outbound calls only")
        return self
