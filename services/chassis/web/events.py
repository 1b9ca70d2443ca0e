"""`/desk/events`: the tier's events for the pages, by the session's cookie instead of a token.

Pages take ten seconds of silence for a lost connection, so the stream beats every five, with the time of the server.
It ends when the session's token does. The browser then comes back by itself, and the session is renewed at the door.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from services.chassis.http import Who
from services.chassis.http.events import EventHub, told_to
from services.chassis.web.door import page_router, web_of

BEAT_SECONDS = 5.0


def _beat() -> str:
    return f"event: beat\ndata: {json.dumps({'now': datetime.now(UTC).isoformat()})}\n\n"


def desk_events_router() -> APIRouter:
    """For everybody of the tier: there are kinds and ids in these events, and nobody's data."""
    router = page_router()

    @router.get("/events")
    async def events(request: Request, who: Who) -> StreamingResponse:
        hub: EventHub = request.app.state.events
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        frames = web_of(request).presence.while_open(
            who, hub.stream(who.expires_at, told=told_to(request, who), beat=_beat, seconds=BEAT_SECONDS)
        )
        return StreamingResponse(frames, media_type="text/event-stream", headers=headers)

    return router
