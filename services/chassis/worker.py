"""A tier's worker process: Temporal worker, outbox dispatcher, sweeps, and a small page for its health.

Started before PostgreSQL or Temporal answer, it waits for them; a part that fails is restarted with backoff
and counted, and never takes the others down.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import Counter
from temporalio.client import Client
from temporalio.common import VersioningBehavior
from temporalio.service import RPCError
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig, WorkerDeploymentVersion

from services.chassis import work_items
from services.chassis.db import Pool, create_pool
from services.chassis.http import purge_idempotency_keys, serve_async
from services.chassis.http.metrics import Metrics
from services.chassis.logging import configure_logging
from services.chassis.metrics import durable_collector
from services.chassis.outbox import rows
from services.chassis.outbox.dispatcher import Dispatcher
from services.chassis.settings import Settings
from services.chassis.temporal import connect
from workflows.contracts import queues
from workflows.contracts.base import Tier

log = structlog.get_logger(__name__)

Sweep = tuple[str, float, Callable[[Pool], Awaitable[object]]]

GRACE = timedelta(seconds=20)
MAX_BACKOFF_SECONDS = 15.0
RESTARTS = Counter("leadrelay_part_restarts", "Parts of a worker that failed and were started again", ["part"])


async def _return_leases(pool: Pool) -> None:
    async with pool.acquire() as conn:
        await work_items.sweep(conn)


async def _purge_outbox(pool: Pool) -> None:
    async with pool.acquire() as conn:
        await rows.purge(conn)


# Name, seconds between two runs, what to do.
STANDARD_SWEEPS: tuple[Sweep, ...] = (
    ("return_leases", 1.0, _return_leases),
    ("purge_outbox", 600.0, _purge_outbox),
    ("purge_idempotency_keys", 600.0, purge_idempotency_keys),
)


def activities_in(tier: object) -> list[Callable[..., Any]]:
    """The activities an object implements."""
    found = (getattr(tier, name) for name in dir(tier) if not name.startswith("__"))
    return [member for member in found if hasattr(member, "__temporal_activity_definition")]


async def run_worker(
    *,
    settings: Settings,
    tier: Tier,
    workflows: Sequence[type],
    activities_of: Callable[[Pool], object],
    sweeps: Sequence[Sweep] = (),
) -> None:
    """Run until SIGTERM or SIGINT, then finish what is in hand and end the process."""
    configure_logging(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pool = await create_pool(
        settings.database_dsn, application_name=f"leadrelay {tier} worker", max_size=settings.pool_max
    )
    health = _Health()
    parts = [
        asyncio.create_task(_serve_health(settings, pool, health, stop)),
        asyncio.create_task(
            _keep("temporal", lambda: _work(settings, tier, workflows, activities_of(pool), pool, health, stop), stop)
        ),
        *(
            asyncio.create_task(_keep(name, _repeat(fn, pool, every, stop), stop))
            for name, every, fn in (*STANDARD_SWEEPS, *sweeps)
        ),
    ]
    await stop.wait()
    log.info("worker_stops", tier=tier)
    await asyncio.wait(parts, timeout=GRACE.total_seconds() + 5)
    pool.terminate()
    # Python 3.11 can abort while Temporal's threads are torn down at the interpreter's end; all work is done here.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


class _Health:
    """What /readyz tells."""

    polling = False


async def _work(
    settings: Settings,
    tier: Tier,
    workflows: Sequence[type],
    activities: object,
    pool: Pool,
    health: _Health,
    stop: asyncio.Event,
) -> None:
    """Poll Temporal and dispatch the outbox while both are reachable."""
    client = await connect(settings)
    worker = make_worker(client, settings, tier, workflows, activities_in(activities))
    dispatcher = Dispatcher(pool, client)
    async with _running(worker):
        health.polling = True
        log.info("worker_polls", tier=tier, task_queue=worker.task_queue)
        try:
            await _keep("dispatcher", lambda: dispatcher.run(stop), stop)
        finally:
            health.polling = False


@contextlib.asynccontextmanager
async def _running(worker: Worker) -> AsyncIterator[None]:
    async with worker:
        yield


def make_worker(
    client: Client,
    settings: Settings,
    tier: Tier,
    workflows: Sequence[type],
    activities: Sequence[Callable[..., Any]],
) -> Worker:
    """The Temporal worker of a tier; versioned when the deployment and the build id are given."""
    deployment = None
    if settings.worker_deployment and settings.worker_build_id:
        deployment = WorkerDeploymentConfig(
            version=WorkerDeploymentVersion(settings.worker_deployment, settings.worker_build_id),
            use_worker_versioning=True,
            default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
        )
    return Worker(
        client,
        task_queue=queues.BY_TIER[tier],
        workflows=list(workflows),
        activities=list(activities),
        max_cached_workflows=settings.max_cached_workflows,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=GRACE,
        deployment_config=deployment,
    )


async def _keep(name: str, run: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Run a part until it ends; restart it with backoff when it fails."""
    pause = 0.5
    while not stop.is_set():
        try:
            await run()
            return
        except (OSError, RuntimeError, RPCError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("part_waits", part=name, error=f"{type(error).__name__}: {error}"[:300], seconds=pause)
        except Exception:
            log.exception("part_failed", part=name, seconds=pause)
        RESTARTS.labels(part=name).inc()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(MAX_BACKOFF_SECONDS, pause * 2)


def _repeat(
    sweep: Callable[[Pool], Awaitable[object]], pool: Pool, every: float, stop: asyncio.Event
) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        while not stop.is_set():
            await sweep(pool)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every)

    return run


async def _serve_health(settings: Settings, pool: Pool, health: _Health, stop: asyncio.Event) -> None:
    app = FastAPI(openapi_url=None)
    metrics = Metrics([durable_collector])

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        if health.polling:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "waiting for Temporal or PostgreSQL"}, status_code=503)

    @app.get("/metrics")
    async def show_metrics() -> Response:
        return Response(await metrics.render(pool), media_type="text/plain; version=0.0.4")

    await serve_async(app, host=settings.host, port=settings.health_port, until=stop)
