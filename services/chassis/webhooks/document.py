"""The `webhooks` of a tier's OpenAPI document: every type of event, its schema and an example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header

from services.chassis.webhooks.events import EventData, Tested, envelope

_ID = Header(alias="webhook-id", description="The same however often the event is sent: drop what you have seen.")
_TIMESTAMP = Header(alias="webhook-timestamp", description="When this attempt was made, in seconds since 1970.")
_SIGNATURE = Header(alias="webhook-signature", description="`v1,` and a signature; two while a secret is replaced.")


def describe(router: APIRouter, events: Sequence[type[EventData]]) -> None:
    """Write the events into the document. Nothing is served: these are requests that others get."""
    every: list[type[EventData]] = [*events, Tested]
    for event in every:
        router.add_api_route(
            event.type,
            _receiver(envelope(event)),
            methods=["POST"],
            summary=(event.__doc__ or "").strip().partition("\n")[0].rstrip("."),
            description=event.__doc__,
            tags=["webhooks"],
            name=event.type,
            status_code=204,
            response_description="Any answer from 200 to 299: it has arrived.",
        )


def _receiver(message: Any) -> Any:
    async def receive(
        body: Any, webhook_id: str = _ID, webhook_timestamp: str = _TIMESTAMP, webhook_signature: str = _SIGNATURE
    ) -> None: ...

    receive.__annotations__["body"] = Annotated[message, Body()]
    return receive
