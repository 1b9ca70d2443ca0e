"""Old tasks in a queue are seen by every worker: in its metrics, once in its log, and by Prometheus' rules."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import cast

import pytest
from prometheus_client import Metric
from temporalio.client import Client

from leadrelay.monitoring.catalogue import OF_WORKERS
from services.chassis import queue_watch
from services.chassis.background import Background
from services.chassis.db import Pool, create_pool
from services.chassis.failure_watch import FailureWatch
from services.chassis.figures import FigureReporter
from services.chassis.lease_return import LeaseReturn
from services.chassis.queue_watch import QueueWatch
from services.chassis.settings import Settings
from services.chassis.temporal.errors import refusals
from services.chassis.worker import make_worker
from services.chassis.worker_health import Health
from services.lead_gen.repository.ended import OVER
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts import queues
from workflows.contracts.base import Tier
from workflows.conversion.workflow import Conversion

NO_POOL = cast(Pool, None)
PATIENCE_SECONDS = 240


def watch_of(client: Client | None) -> QueueWatch:
    health = Health(NO_POOL)
    health.client = client
    return QueueWatch(health)


async def figures(watch: QueueWatch) -> dict[tuple[str, str, str], float]:
    """What Prometheus is told: (metric, task queue, kind) and its value."""
    metrics = await watch.collect(NO_POOL)
    return {
        (metric.name, sample.labels["task_queue"], sample.labels["kind"]): sample.value
        for metric in metrics
        for sample in metric.samples
    }


async def looked_until(watch: QueueWatch, seen: Callable[[dict[tuple[str, str, str], float]], bool]) -> None:
    """Look again and again until the figures are these: Temporal counts a backlog a moment late."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            await watch.look(NO_POOL)
            if seen(await figures(watch)):
                return
            await asyncio.sleep(0.05)


WAITING = ("leadrelay_task_queue_waiting", queues.CONVERSION, "workflow")
OLDEST = ("leadrelay_task_queue_oldest_seconds", queues.CONVERSION, "workflow")


async def test_a_tier_without_a_worker_is_noticed_said_once_and_level_again_when_one_is_back(
    temporal: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_watch, "OLD_AFTER_SECONDS", 0.0)
    caplog.set_level(logging.INFO)
    watch = watch_of(temporal)
    handle = await temporal.start_workflow("Conversion", id=f"conversion:{uuid.uuid4()}", task_queue=queues.CONVERSION)
    await looked_until(watch, lambda found: found[WAITING] >= 1 and found[OLDEST] > 0)
    await watch.look(NO_POOL)
    said = [record.getMessage() for record in caplog.records]
    assert sum("task_queue_is_old" in line and "'conversion'" in line for line in said) == 1
    await handle.terminate()
    async with make_worker(temporal, Settings(), Tier.CONVERSION, [Conversion], []):
        await looked_until(watch, lambda found: found[WAITING] == found[OLDEST] == 0)
    assert any("task_queue_is_level" in record.getMessage() for record in caplog.records)


async def test_an_unreachable_temporal_leaves_no_old_figures_behind(temporal: Client) -> None:
    watch = watch_of(temporal)
    await watch.look(NO_POOL)
    assert {queue for _, queue, _ in await figures(watch)} == set(queues.BY_TIER.values())
    watch._health.client = await Client.connect("127.0.0.1:9", lazy=True)
    await watch.look(NO_POOL)
    assert await figures(watch) == {}


async def test_a_worker_shows_what_the_catalogue_of_metrics_says(
    fresh_database: FreshDatabase, temporal: Client
) -> None:
    pool = await create_pool(await fresh_database("worker_health"), application_name="test")
    reporter, background, health = FigureReporter("lead_gen", []), Background(asyncio.Event()), Health(pool)
    await reporter.look(pool)
    collectors = [reporter.collect, LeaseReturn().collect, background.collect, watch_of(temporal).collect]
    known: list[Metric] = []
    for collect in (*collectors, FailureWatch(health, Tier.LEAD_GEN, OVER).collect, refusals):
        known += await collect(pool)
    await pool.close()
    # A counter's samples end in `_total`, which its family does not.
    assert {metric.name for metric in known} == {name.removesuffix("_total") for name in OF_WORKERS}
