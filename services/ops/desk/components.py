"""The component page: every component of the desks in every state, light and dark. In development only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.web.door import page_router, web_of

ELSEWHERE: Final = ZoneInfo("America/New_York")
HOURS: Final = range(8, 19)


@dataclass(frozen=True)
class Hours:
    """Two days to pick an hour from: open, one's own, closed and chosen ones."""

    days: tuple[tuple[str, list[tuple[str, str, str]]], ...] = (
        ("Fri 27", [(f"fri-{hour}", f"{hour}:00", "open" if 10 < hour < 18 else "closed") for hour in HOURS]),
        ("Mon 30", [(f"mon-{hour}", f"{hour}:00", "mine" if 11 < hour < 16 else "open") for hour in HOURS]),
    )
    chosen: str = "mon-13"


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
            hours=Hours(),
            minute=timedelta(minutes=1),
        )

    return router
