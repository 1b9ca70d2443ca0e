"""The life of an app: its pool is made at the start, and at the end nothing is left that a shutdown would wait for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from services.chassis import tracing
from services.chassis.db import Pool, create_pool
from services.chassis.settings import Settings

_CLOSE_SECONDS = 5.0
# Longer than any statement may run: the server itself would have said something by then.
_ANSWER_SECONDS = 20.0


def lifespan(settings: Settings, name: str) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The lifespan of an app whose state `services.chassis.api` has set; `name` is what PostgreSQL calls it."""

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        tracing.begin(settings.traces_endpoint, f"leadrelay {name}", settings.traces_share)
        if settings.database_dsn:
            app.state.pool = await create_pool(
                settings.database_dsn,
                application_name=f"leadrelay {name}",
                max_size=settings.pool_max,
                answer_seconds=_ANSWER_SECONDS,
            )
        # So many files at once; each holds a connection while it is read.
        app.state.upload_places = asyncio.Semaphore(max(1, settings.pool_max // 3))
        try:
            yield
        finally:
            stop(app)
            if app.state.pool is not None:
                await app.state.events.stop()
                await _close(app.state.pool)
            tracing.end()

    return run


async def _close(pool: Pool) -> None:
    """Close a pool politely, and by force if a connection is still held after a few seconds."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(pool.close(), _CLOSE_SECONDS)
    pool.terminate()


def stop(app: FastAPI) -> None:
    """Begin to shut down: not ready any more, and streams end so that nothing waits for them."""
    app.state.stopping.set()
    if app.state.events is not None:
        app.state.events.close()
