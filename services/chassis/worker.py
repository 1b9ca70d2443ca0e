"""A tier's worker process: Temporal worker, outbox dispatcher, periodic jobs, and a small page for its health.

Started before PostgreSQL or Temporal answer, it waits for them. What fails is started again with backoff and counted,
and never takes the rest down.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, LiteralString

import structlog
from temporalio.client import Client
from temporalio.common import VersioningBehavior
from temporalio.service import RPCError
from temporalio.worker import PollerBehaviorAutoscaling, Worker, WorkerDeploymentConfig, WorkerDeploymentVersion

from services.chassis import edits, failure_watch, queue_watch, tracing
from services.chassis.background import Background, PeriodicJob, wait
from services.chassis.commands import commands_are_typed
from services.chassis.db import Pool, create_pool
from services.chassis.failure_watch import FailureWatch
from services.chassis.figures import LOOK_EVERY_SECONDS as READ_FIGURES_SECONDS
from services.chassis.figures import Figure, FigureReporter
from services.chassis.http import purge_idempotency_keys, serve_async
from services.chassis.lease_return import LeaseReturn
from services.chassis.logging import configure_logging
from services.chassis.mail.house import tell_house
from services.chassis.outbox import rows
from services.chassis.outbox.dispatcher import Dispatcher
from services.chassis.queue_watch import QueueWatch
from services.chassis.settings import Settings
from services.chassis.temporal import connect, ensure_search_attributes
from services.chassis.temporal.endless import EndlessWorkflow, ensure_running
from services.chassis.temporal.errors import refusals
from services.chassis.webhooks import deliveries
from services.chassis.webhooks.addresses import read_networks
from services.chassis.webhooks.courier import Courier
from services.chassis.webhooks.post import Post
from services.chassis.worker_health import Health, build_health_app
from workflows.contracts import queues
from workflows.contracts.base import Tier

log = structlog.get_logger(__name__)

ENDLESS_SECONDS = 300.0
# Temporal offers a workflow's next task to the worker that has it in its cache. One that was killed never takes it, and
# people wait for what follows.
STICKY = timedelta(seconds=5)
# How long activities and workflow tasks in hand may take to end.
GRACE = timedelta(seconds=20)
# After that the tasks are left behind, and after that the process ends whatever it is doing.
TASKS_SECONDS = GRACE.total_seconds() + 5
HARD_EXIT_SECONDS = TASKS_SECONDS + 5


async def _purge_outbox(pool: Pool) -> None:
    async with pool.acquire() as conn:
        await rows.purge(conn)


STANDARD_JOBS: tuple[PeriodicJob, ...] = (
    ("purge_outbox", 60.0, _purge_outbox),
    ("purge_idempotency_keys", 600.0, purge_idempotency_keys),
    ("purge_edits", 600.0, edits.purge),
    ("sweep_webhooks", 600.0, deliveries.sweep),
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
    over: LiteralString,
    periodic_jobs: Sequence[PeriodicJob] = (),
    endless: Sequence[EndlessWorkflow] = (),
    figures: Sequence[Figure] = (),
) -> None:
    """Run until SIGTERM or SIGINT, then finish what is in hand and end the process with status 0.

    `over`: which of the tier's records are over (`services.chassis.ended`).
    """
    configure_logging(settings)
    tell_house(settings.mail_from)
    commands_are_typed(settings.commands)
    _tune_interpreter()
    stop = _stop_on_signal()
    tracing.begin(settings.traces_endpoint, f"leadrelay {tier} worker", settings.traces_share)
    pool = await create_pool(
        settings.database_dsn, application_name=f"leadrelay {tier} worker", max_size=settings.pool_max
    )
    background, health = Background(stop), Health(pool)
    watch, failures = QueueWatch(health), FailureWatch(health, tier, over)
    tier_worker = _TierWorker(settings, tier, workflows, activities_of, pool, health, endless)
    reporter, leases = FigureReporter(tier, figures), LeaseReturn()
    collectors = [reporter.collect, leases.collect, background.collect, watch.collect, failures.collect, refusals]
    page = build_health_app(health, pool, collectors, settings)

    async def serve_health() -> None:
        await serve_async(page, host=settings.host, port=settings.health_port, until=stop)

    courier = Courier(pool, Post(read_networks(settings.webhook_allow)))
    watches = (
        ("watch_queues", queue_watch.LOOK_EVERY_SECONDS, watch.look),
        ("watch_failures", failure_watch.LOOK_EVERY_SECONDS, failures.look),
        ("read_figures", READ_FIGURES_SECONDS, reporter.look),
        ("return_leases", 1.0, leases.run),
    )
    jobs = (*STANDARD_JOBS, *watches, *periodic_jobs)
    running = [
        asyncio.create_task(background.keep("health", serve_health)),
        asyncio.create_task(background.keep("temporal", lambda: tier_worker.work(background, stop))),
        asyncio.create_task(background.keep("webhooks", lambda: courier.run(stop))),
        *(asyncio.create_task(background.repeat(job, pool)) for job in jobs),
    ]
    await stop.wait()
    log.info("worker_stops", tier=tier)
    await _end(running, pool)


def _tune_interpreter() -> None:
    """Spare modules and bulk work the garbage collector, and let threads take turns sooner.

    Together that is a third of the time of an import, which reads and decides rows in threads beside the event loop.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    sys.setswitchinterval(0.0005)


def _stop_on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _end(running: Sequence[asyncio.Task[None]], pool: Pool) -> None:
    """Wait for the tasks, close the pool, exit. A thread ends the process even if the event loop is stuck."""
    deadline = threading.Timer(HARD_EXIT_SECONDS, os._exit, (1,))
    deadline.daemon = True
    deadline.start()
    _, late = await asyncio.wait(running, timeout=TASKS_SECONDS)
    if late:
        log.error("background_tasks_left_behind", tasks=len(late))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(pool.close(), 2)
    tracing.end()
    # Python 3.11 can abort while Temporal's threads are torn down at the interpreter's end; all work is done here.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if late else 0)


class _TierWorker:
    """Polls Temporal and dispatches the outbox while Temporal is reachable."""

    def __init__(
        self,
        settings: Settings,
        tier: Tier,
        workflows: Sequence[type],
        activities_of: Callable[[Pool], object],
        pool: Pool,
        health: Health,
        endless: Sequence[EndlessWorkflow],
    ) -> None:
        self._settings = settings
        self._tier = tier
        self._workflows = workflows
        self._activities_of = activities_of
        self._pool = pool
        self._health = health
        self._endless = endless

    async def work(self, background: Background, stop: asyncio.Event) -> None:
        """One life of the Temporal worker; it ends by `stop` or by an error that a new one may not have."""
        client = await connect(self._settings)
        await _register_search_attributes(client)
        activities = activities_in(self._activities_of(self._pool))
        dispatcher = Dispatcher(self._pool, client)
        async with make_worker(client, self._settings, self._tier, self._workflows, activities) as worker:
            self._health.client = client
            log.info("worker_polls", tier=self._tier, task_queue=worker.task_queue)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(background.keep("dispatcher", lambda: dispatcher.run(stop)))
                    group.create_task(background.keep("endless", lambda: self._keep_endless(client, stop)))
            finally:
                self._health.client = None

    async def _keep_endless(self, client: Client, stop: asyncio.Event) -> None:
        """Start the workflows of which the tier always runs one, and again should one ever end."""
        while not stop.is_set():
            for endless in self._endless:
                await ensure_running(client, endless)
            await wait(stop, ENDLESS_SECONDS)


async def _register_search_attributes(client: Client) -> None:
    """So that a first start on an empty server needs no other step; a managed server has them registered by hand."""
    try:
        added = await ensure_search_attributes(client)
    except RPCError as error:
        log.warning("search_attributes_not_checked", error=str(error)[:300])
    else:
        if added:
            log.info("search_attributes_registered", names=added)


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
        max_concurrent_workflow_tasks=settings.max_concurrent_workflow_tasks,
        max_concurrent_activities=settings.max_concurrent_activities,
        max_concurrent_local_activities=settings.max_concurrent_activities,
        workflow_task_poller_behavior=_pollers(settings),
        activity_task_poller_behavior=_pollers(settings),
        sticky_queue_schedule_to_start_timeout=STICKY,
        graceful_shutdown_timeout=GRACE,
        deployment_config=deployment,
    )


def _pollers(settings: Settings) -> PollerBehaviorAutoscaling:
    """As many requests for work as there is work, up to the setting."""
    return PollerBehaviorAutoscaling(maximum=settings.max_pollers, initial=min(5, settings.max_pollers))
