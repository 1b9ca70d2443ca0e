"""What a message says: one model for each type of event, in an envelope that is the same for all."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, JsonValue, create_model

from services.chassis.http import Model


class EventData(Model):
    """The `data` of one type of event: ids, states, money and times, never contact data.

    A promise to programs of others: fields are only ever added. The docstring is what the OpenAPI document says, and
    `example` what it shows.
    """

    type: ClassVar[str]
    example: ClassVar[dict[str, Any]]

    def __init_subclass__(cls, *, type: str = "", example: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Name the type of the event, as `thing.happened`, and an example of its data."""
        super().__init_subclass__(**kwargs)
        cls.type = type
        cls.example = example or {}


class Tested(EventData, type="webhook.test", example={"webhook_id": "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10"}):
    """Somebody pressed «test»: nothing has happened."""

    webhook_id: str


def envelope(event: type[EventData]) -> Any:
    """The model of a whole message of this type, as the OpenAPI document shows it."""
    example: dict[str, JsonValue] = {"type": event.type, "timestamp": "2026-03-02T09:00:00Z", "data": event.example}
    fields: dict[str, Any] = {
        "type": (Literal[event.type], ...),
        "timestamp": (datetime, ...),
        "data": (event, ...),
    }
    shown = ConfigDict(frozen=True, json_schema_extra={"examples": [example]})
    return create_model(f"{event.__name__}Message", __config__=shown, __doc__=event.__doc__, **fields)
