"""The component page: every component of the desks in every state, light and dark. In development only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.web.door import page_router, web_of

ELSEWHERE: Final = ZoneInfo("America/New_York")
KEYS: Final = (("C", "call, hang up"), ("H", "hard question"), ("U", "undo"), ("?", "all keys"))


def components_router() -> APIRouter:
    """`/components`, for whoever is signed in: it shows nothing that is anybody's."""
    router = page_router("", for_everybody=True)

    @router.get("/components")
    async def components(request: Request) -> Response:
        now = datetime.now(UTC)
        moments = [now + timedelta(minutes=12), now - timedelta(hours=3), now + timedelta(days=40)]
        return web_of(request).pages.answer(
            request,
            "components_page.j2",
            now=now,
            moments=moments,
            elsewhere=ELSEWHERE,
            keys=KEYS,
            minute=timedelta(minutes=1),
        )

    return router
