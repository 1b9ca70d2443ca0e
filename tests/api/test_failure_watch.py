"""What fails is counted where ops look: failed workflows, refused reports, refusing activities."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from services.chassis.db import Pool, create_pool
from services.chassis.errors import Invalid
from services.chassis.failure_watch import FailureWatch
from services.chassis.temporal.errors import refusals
from services.chassis.worker_health import Health
from tests.fixtures.postgres import FreshDatabase


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("failures"), application_name="test")
    yield pool
    await pool.close()


async def counted(watch: FailureWatch, pool: Pool) -> dict[str, float]:
    await watch.look(pool)
    return {one.labels["what"]: one.value for family in await watch.collect(pool) for one in family.samples}


@activity.defn(name="test.refuse")
async def refuse() -> None:
    raise Invalid("there is no such company", field="company")


async def test_a_refused_report_is_counted_and_an_outage_shows_nothing(pool: Pool, temporal: Client) -> None:
    health = Health(pool)
    watch = FailureWatch(health)
    assert await counted(watch, pool) == {}
    health.client = temporal
    before = (await counted(watch, pool))["reports"]
    queue = f"refusing-{uuid4()}"
    async with Worker(temporal, task_queue=queue, activities=[refuse]):
        handle = await temporal.start_activity(
            refuse, id=queue, task_queue=queue, start_to_close_timeout=timedelta(seconds=10)
        )
        with pytest.raises(Exception, match="failed"):
            await handle.result()
    async with asyncio.timeout(60):  # what is listed follows what happened
        while (await counted(watch, pool))["reports"] <= before:
            await asyncio.sleep(0.1)
    [family] = await refusals(pool)
    assert {tuple(one.labels.values()) for one in family.samples} >= {("test.refuse", "invalid")}
    health.client = await Client.connect("127.0.0.1:9", lazy=True)
    assert await counted(watch, pool) == {}
