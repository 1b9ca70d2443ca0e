"""Puts one API together. A service brings its routers; everything else is the same for all of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import StreamingResponse

from services.chassis import db, migrate
from services.chassis.auth import Verifier, make_verifier
from services.chassis.http.events import EventHub, event_stream
from services.chassis.http.health import health_router
from services.chassis.http.metrics import Collector, Metrics
from services.chassis.http.middleware import RequestMiddleware
from services.chassis.http.openapi import install_openapi
from services.chassis.http.problems import install_handlers
from services.chassis.http.route import new_router
from services.chassis.settings import Settings, SettingsError
from workflows.contracts.base import Tier

CHASSIS_MIGRATIONS = "services.chassis.migrations"
_CLOSE_SECONDS = 5.0


def create_app(
    *,
    title: str,
    tier: Tier | None,
    settings: Settings,
    routers: Sequence[APIRouter],
    description: str = "",
    migrations: Sequence[str] | None = None,
    collectors: Sequence[Collector] = (),
    verifier: Verifier | None = None,
) -> FastAPI:
    """An API that is ready to serve. `tier` none is the operators' API, which has no database of its own.

    `app.state.pool` is there while the app's lifespan runs. `migrations` are the packages /readyz asks for (the
    chassis' and the tier's), `collectors` add gauges to /metrics. Raises SettingsError without a database or keys.
    """
    if tier is not None and not settings.database_dsn:
        raise SettingsError("LEADRELAY_DATABASE_DSN: is not set")
    if migrations is None:
        migrations = [] if tier is None else [CHASSIS_MIGRATIONS, f"services.{tier.value}.migrations"]
    name = tier.value if tier is not None else "ops"
    app = FastAPI(title=title, description=description, version="1", lifespan=_lifespan(settings, f"{name} api"))
    app.state.settings = settings
    app.state.tier = tier.value if tier is not None else None
    app.state.verifier = verifier or make_verifier(settings)
    app.state.metrics = Metrics(collectors)
    app.state.stopping = asyncio.Event()
    app.state.pool = None
    app.state.events = EventHub(settings.database_dsn) if settings.database_dsn else None
    install_handlers(app)
    app.add_middleware(RequestMiddleware, metrics=app.state.metrics)
    app.include_router(health_router(migrate.read(migrations)))
    if app.state.events is not None:
        app.include_router(_events_router())
    for router in routers:
        app.include_router(router)
    install_openapi(app)
    return app


def _lifespan(settings: Settings, name: str) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        if settings.database_dsn:
            app.state.pool = await db.create_pool(
                settings.database_dsn, application_name=f"leadrelay {name}", max_size=settings.pool_max
            )
        try:
            yield
        finally:
            stop(app)
            if app.state.pool is not None:
                await app.state.events.stop()
                await close_pool(app.state.pool)

    return run


async def close_pool(pool: db.Pool) -> None:
    """Close a pool politely, and by force if a connection is still held after a few seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(pool.close(), _CLOSE_SECONDS)
    pool.terminate()


def stop(app: FastAPI) -> None:
    """Begin to shut down: not ready any more, and streams end so that nothing waits for them."""
    app.state.stopping.set()
    if app.state.events is not None:
        app.state.events.close()


def _events_router() -> APIRouter:
    router = new_router(tags=["events"])

    @router.get(
        "/events",
        summary="What changes, as it changes",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def events(request: Request) -> StreamingResponse:
        """Server-sent events with kind and ids; `resync` means that some may have been missed."""
        return event_stream(request.app.state.events)

    return router
