"""`/desk/events` of the operators' pages: something has happened in a tier."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from services.chassis.http import Who, allow
from services.chassis.web.door import page_router
from services.ops.doors import reach_of
from services.ops.hearing import Hearing


def stream_router() -> APIRouter:
    """For operators: there are ids of leads in it, and nobody's data."""
    router = page_router()

    @router.get("/events", dependencies=[allow("ops")])
    async def events(request: Request, who: Who) -> StreamingResponse:
        reach = reach_of(request)
        frames = Hearing(reach.http, reach.addresses, request.state.access).frames(
            who.expires_at, request.app.state.stopping
        )
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(frames, media_type="text/event-stream", headers=headers)

    return router
