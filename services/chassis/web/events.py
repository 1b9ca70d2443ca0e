"""`/desk/events`: the tier's events for the pages, by the session's cookie instead of a token.

It ends when the session's token does. The browser then comes back by itself, and the session is renewed at the door.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from services.chassis.http import Who
from services.chassis.http.events import EventHub
from services.chassis.web.door import page_router, web_of


def desk_events_router() -> APIRouter:
    """For everybody of the tier: there are kinds and ids in these events, and nobody's data."""
    router = page_router()

    @router.get("/events")
    async def events(request: Request, who: Who) -> StreamingResponse:
        hub: EventHub = request.app.state.events
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        frames = web_of(request).presence.while_open(who, hub.stream(who.expires_at))
        return StreamingResponse(frames, media_type="text/event-stream", headers=headers)

    return router
