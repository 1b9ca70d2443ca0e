"""The health endpoints of a worker process: /healthz, /readyz, /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from temporalio.client import Client

from services.chassis.db import Pool
from services.chassis.http.metrics import Collector, Metrics, may_scrape
from services.chassis.settings import Settings

_PROBE_SECONDS = 2.0


class Health:
    """What the worker knows of its own health; `client` is set while it polls Temporal."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.client: Client | None = None

    async def check(self) -> dict[str, bool]:
        """Whether each thing the worker needs answers now."""
        polling, database = await asyncio.gather(self._temporal(), self._database())
        return {"temporal": polling, "database": database}

    async def _temporal(self) -> bool:
        if self.client is None:
            return False
        try:
            return await self.client.service_client.check_health(timeout=timedelta(seconds=_PROBE_SECONDS))
        except Exception:  # whatever the reason, it does not answer
            return False

    async def _database(self) -> bool:
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                await self._pool.fetchval("SELECT 1")
        except Exception:  # whatever the reason, it does not answer
            return False
        return True


def build_health_app(
    health: Health, pool: Pool, collectors: Sequence[Collector], settings: Settings | None = None
) -> FastAPI:
    """Alive as long as the process is; ready while it polls Temporal and reaches its database.

    Who sees /metrics is up to `settings`, as in an API; without any, everybody.
    """
    shown, token = (settings.shows_metrics, settings.metrics_token) if settings else (True, None)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    # What the server tells an app when it stops; there are no streams here.
    app.state.stopping, app.state.events = asyncio.Event(), None
    metrics = Metrics(collectors)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        found = await health.check()
        ready = all(found.values())
        return JSONResponse({"status": "ready" if ready else "waiting", **found}, status_code=200 if ready else 503)

    @app.get("/metrics")
    async def show_metrics(request: Request) -> Response:
        if not shown:
            return Response(status_code=404)
        if not may_scrape(request, token):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(await metrics.render(pool), media_type="text/plain; version=0.0.4")

    return app
