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

from services.chassis.db import Pool, create_pool, new_id
from services.chassis.errors import Invalid
from services.chassis.failure_watch import FailureWatch
from services.chassis.temporal.errors import refusals
from services.chassis.worker_health import Health
from services.conversion.repository.ended import OVER
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts import ids, queues
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("failures", tier=Tier.CONVERSION), application_name="test")
    yield pool
    await pool.close()


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> str:
    """The tier's queue, on which nobody else works here."""
    name = f"failing-{uuid4()}"
    monkeypatch.setitem(queues.BY_TIER, Tier.CONVERSION, name)
    return name


async def counted(watch: FailureWatch, pool: Pool) -> dict[str, float]:
    await watch.look(pool)
    return {one.labels["what"]: one.value for family in await watch.collect(pool) for one in family.samples}


@activity.defn(name="test.refuse")
async def refuse() -> None:
    raise Invalid("there is no such company", field="company")


async def test_a_refused_report_is_counted_and_an_outage_shows_nothing(
    pool: Pool, temporal: Client, queue: str
) -> None:
    health = Health(pool)
    watch = FailureWatch(health, Tier.CONVERSION, OVER)
    assert await counted(watch, pool) == {}
    health.client = temporal
    before = (await counted(watch, pool))["reports"]
    async with Worker(temporal, task_queue=queue, activities=[refuse]):
        handle = await temporal.start_activity(
            refuse, id=f"refusing-{uuid4()}", task_queue=queue, start_to_close_timeout=timedelta(seconds=10)
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


async def test_a_failed_workflow_counts_until_its_record_is_over_or_it_runs_again(
    pool: Pool, temporal: Client, queue: str
) -> None:
    health = Health(pool)
    health.client = temporal
    watch = FailureWatch(health, Tier.CONVERSION, OVER)
    over, again, needed = (new_id() for _ in range(3))

    async def begin(lead_id: str, timeout: timedelta | None = None) -> None:
        await temporal.start_workflow(
            "Conversion", id=ids.conversion(lead_id), task_queue=queue, execution_timeout=timeout
        )

    async def shows(count: int) -> None:
        async with asyncio.timeout(60):  # what is listed follows what happened
            while (await counted(watch, pool))["workflows"] != count:
                await asyncio.sleep(0.1)

    for lead_id in (over, again, needed):
        await begin(lead_id, timedelta(seconds=1))
    await shows(3)
    await pool.execute("INSERT INTO erased_leads VALUES ($1, now())", over)
    await shows(2)
    await begin(again)
    await shows(1)
    await temporal.get_workflow_handle(ids.conversion(again)).terminate()
