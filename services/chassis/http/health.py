"""/healthz (this process lives), /readyz (it can do its work), /metrics.

They hold no records. The first two answer anybody, and /metrics whoever has its token, if it has one.
"""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.chassis.db import Pool, acquire
from services.chassis.errors import Unauthorized, Unavailable
from services.chassis.http.metrics import may_scrape
from services.chassis.migrate import Migration, MigrationError, outstanding
from services.chassis.settings import Settings

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


async def check_ready(pool: Pool, files: Sequence[Migration]) -> None:
    """Raise Unavailable unless the database answers and has every migration this code was written for."""
    async with acquire(pool) as conn:
        try:
            missing = await outstanding(conn, files)
        except MigrationError as error:
            raise Unavailable(str(error), code="migrations_changed", retry_after=30) from error
        except asyncpg.PostgresError as error:
            raise Unavailable("the database does not answer; try again") from error
    if missing:
        labels = [file.label for file in missing]
        raise Unavailable("migrations are missing", code="migrations_pending", detail={"pending": labels})


def health_router(files: Sequence[Migration], settings: Settings) -> APIRouter:
    """The three routes of a process; without /metrics where nobody may see it."""
    router = APIRouter(tags=["health"], responses={"default": {"description": "An error, as a problem document."}})

    @router.get("/healthz", summary="Is this process alive?")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="Can this process do its work?")
    async def readyz(request: Request) -> JSONResponse:
        state = request.app.state
        if state.stopping.is_set():
            raise Unavailable("this process is shutting down", code="stopping")
        if state.pool is not None:
            await check_ready(state.pool, files)
        return JSONResponse({"status": "ready"})

    if not settings.shows_metrics:
        return router

    @router.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def metrics(request: Request) -> Response:
        if not may_scrape(request, settings.metrics_token):
            raise Unauthorized("this needs the token of the metrics", code="token_missing")
        content = await request.app.state.metrics.render(request.app.state.pool)
        return Response(content, media_type=_TEXT)

    return router
