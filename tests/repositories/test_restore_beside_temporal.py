"""Records restored to an earlier time while Temporal went on, and Temporal lost while the records stayed: both mended.

No worker runs, as it should be between a restore and its repair; only the outbox is delivered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from leadrelay.backup.restore import restore
from leadrelay.backup.take import take
from leadrelay.check import ahead, restarts
from leadrelay.check.after_restore import end_what_is_ahead
from leadrelay.check.places import Places
from leadrelay.check.plans import plan
from leadrelay.check.repairs import carry_out
from leadrelay.check.run import Report, check
from services.chassis import db
from services.chassis.db import create_pool, new_id
from services.chassis.outbox.dispatcher import Dispatcher
from services.chassis.temporal import ensure_search_attributes
from tests.fixtures.house import until
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts import ids, queues
from workflows.contracts.base import Tier

TIERS = [tier.value for tier in Tier]
CALLED = """
INSERT INTO leads (id, company, stage, campaign_id, workflow_id)
VALUES ($1::uuid, $2, 'calling', $3, 'cold-call:' || $1::uuid)
"""


async def namespace_of(client: Client, name: str) -> Client:
    """A Temporal of one's own: a check sees everything in its namespace."""
    request = RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=Duration(seconds=86400))
    await client.workflow_service.register_namespace(request)
    where, plugins = client.service_client.config.target_host, client.config()["plugins"]
    own = await Client.connect(where, namespace=name, plugins=plugins)

    async def known() -> bool:
        try:
            await ensure_search_attributes(own)
            return [one async for one in own.list_workflows("LeadTier = 'lead_gen'")] == []
        except RPCError:
            return False

    await until(known)
    return own


@pytest_asyncio.fixture
async def places(fresh_database: FreshDatabase, temporal: Client) -> Places:
    dsns = {tier.value: await fresh_database(f"beside_{tier}", tier=tier) for tier in Tier}
    # What a seed starts is of no interest here.
    for dsn in dsns.values():
        await execute(dsn, "DELETE FROM outbox")
    return Places(dsns, await namespace_of(temporal, f"beside-{new_id()}"), "")


async def execute(dsn: str, sql: str, *values: object) -> None:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute(sql, *values)
    finally:
        await conn.close()


async def called(places: Places, campaign: str, company: str) -> str:
    """One more lead in cold calling; its workflow is started by what a repair does."""
    lead_id, conn = new_id(), await asyncpg.connect(places.dsns["lead_gen"])
    try:
        await db.init_connection(conn)
        async with conn.transaction():
            await conn.execute(CALLED, lead_id, company, campaign)
            await restarts.BY_PREFIX["cold-call"](conn, lead_id)
    finally:
        await conn.close()
    return lead_id


async def deliver(places: Places) -> None:
    """What the workers' dispatchers would do."""
    for tier, dsn in places.dsns.items():
        pool = await create_pool(dsn, application_name=f"test {tier}", max_size=3)
        try:
            await Dispatcher(pool, places.temporal).deliver_batch()
        finally:
            await pool.close()


async def found(places: Places, wanted: Mapping[str, str]) -> Report:
    """Look until just this is found, by subject: visibility lags behind."""

    async def look() -> Report | None:
        report = await check(places, settle=0.1)
        return report if {one.subject: one.check for one in report.findings} == wanted else None

    report: Report = await until(look)
    return report


async def a_house(places: Places) -> tuple[str, str]:
    """Two leads in cold calling."""
    campaign = new_id()
    draft = "INSERT INTO campaigns (id, name, created_by) VALUES ($1, 'Spring', 'boss')"
    await execute(places.dsns["lead_gen"], draft, campaign)
    leads = await called(places, campaign, "Quiet"), await called(places, campaign, "Busy")
    await deliver(places)
    await found(places, {})
    return leads


async def run_of(places: Places, lead_id: str) -> str | None:
    """The present run of a lead's cold call."""
    return (await places.temporal.get_workflow_handle(ids.cold_call(lead_id)).describe()).run_id


async def test_workflows_that_went_on_after_the_backup_are_ended_and_start_from_the_records(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, busy = await a_house(places)
    monkeypatch.setattr(ahead, "CLOCKS_DIFFER", timedelta(0))  # here it is one clock
    folder = await take(places.dsns, tmp_path)
    await places.temporal.get_workflow_handle(ids.cold_call(busy)).signal("cancel", {})
    await places.temporal.start_workflow("ColdCall", {}, id=ids.cold_call(new_id()), task_queue=queues.LEAD_GEN)
    await restore(folder, places.dsns, TIERS, overwrite=True)

    before = await run_of(places, quiet), await run_of(places, busy)
    assert await end_what_is_ahead(places) == 2
    await deliver(places)
    await found(places, {})
    after = await run_of(places, quiet), await run_of(places, busy)
    assert (after[0] == before[0], after[1] == before[1]) == (True, False)
    assert await end_what_is_ahead(places) == 0


async def test_a_temporal_that_lost_everything_is_filled_from_the_records(places: Places, temporal: Client) -> None:
    workflows = [ids.cold_call(lead) for lead in await a_house(places)]
    emptied = Places(places.dsns, await namespace_of(temporal, f"emptied-{new_id()}"), "")
    report = await found(emptied, dict.fromkeys(workflows, "workflow"))
    assert all(outcome.done for outcome in await carry_out(emptied, plan(report.findings)))
    await deliver(emptied)
    await found(emptied, {})
