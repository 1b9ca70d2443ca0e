"""Reports to another tier: delivered once, kept while that tier is away, in nobody's way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from services.chassis import outbox
from services.chassis.db import Pool, create_pool
from services.chassis.outbox.dispatcher import Dispatcher
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts import queues
from workflows.contracts.base import Done, Tier
from workflows.contracts.lead_gen import LeadGenActivities, RegisterUpdate


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("reports"), application_name="test", max_size=10)
    yield pool
    pool.terminate()


def update(key: str, lead_id: str = "lead-1") -> RegisterUpdate:
    return RegisterUpdate(
        key=key, lead_id=lead_id, tier=Tier.CONVERSION, stage="accepted", owner="maria",
        workflow_id=f"conversion:{lead_id}", at=datetime.now(UTC),
    )  # fmt: skip


async def append(pool: Pool, request: RegisterUpdate) -> None:
    async with pool.acquire() as conn:
        await outbox.report(
            conn, LeadGenActivities.update_register, request, line=f"register:{request.lead_id}", summary="Register"
        )


class TakingRegister:
    """Tier 1's worker, as far as a report is concerned."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    @activity.defn(name="lead_gen.update_register")
    async def update_register(self, request: RegisterUpdate) -> Done:
        self.keys.append(request.key)
        return Done()


async def test_a_report_is_kept_while_the_other_tier_is_away_and_taken_once(pool: Pool, temporal: Client) -> None:
    request = update("won:1:register")
    await append(pool, request)
    await append(pool, request)
    dispatcher = Dispatcher(pool, temporal)
    await dispatcher.deliver_batch()
    # As after a crash between the call and its record.
    await pool.execute("UPDATE outbox SET state = 'pending'")
    await dispatcher.deliver_batch()
    assert [row["state"] for row in await pool.fetch("SELECT state FROM outbox")] == ["delivered"]

    # A killed worker's report is tried again when this is over, and an inbound call is put through by the register.
    described = await temporal.get_activity_handle("report:won:1:register").describe()
    assert described.start_to_close_timeout == timedelta(seconds=5)
    register = TakingRegister()
    async with Worker(temporal, task_queue=queues.LEAD_GEN, activities=[register.update_register]):
        await temporal.get_activity_handle("report:won:1:register").result()
    assert register.keys.count("won:1:register") == 1


async def test_reports_of_one_lead_leave_in_order_and_those_of_others_beside_them(pool: Pool, temporal: Client) -> None:
    for key, lead_id in (("a:1", "a"), ("a:2", "a"), ("b:1", "b")):
        await append(pool, update(key, lead_id))
    await Dispatcher(pool, temporal).deliver_batch()
    rows = await pool.fetch("SELECT event_id, state FROM outbox ORDER BY id")
    assert [(row["event_id"], row["state"]) for row in rows] == [
        ("report:a:1", "delivered"), ("report:a:2", "pending"), ("report:b:1", "delivered"),
    ]  # fmt: skip


async def test_a_report_rolled_back_with_its_record_never_leaves(pool: Pool, temporal: Client) -> None:
    async with pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await outbox.report(conn, LeadGenActivities.update_register, update("gone"), line="register:1", summary="Gone")
        await transaction.rollback()
    assert await Dispatcher(pool, temporal).deliver_batch() == 0


async def test_a_report_that_a_restore_made_the_other_tier_forget_is_taken_once_more(
    pool: Pool, temporal: Client
) -> None:
    request = update("restored:register")
    await append(pool, request)
    register = TakingRegister()
    async with Worker(temporal, task_queue=queues.LEAD_GEN, activities=[register.update_register]):
        for _ in range(2):
            await Dispatcher(pool, temporal).deliver_batch()
            await temporal.get_activity_handle("report:restored:register").result()
            # As from a backup of the moment in which it was appended.
            await pool.execute("UPDATE outbox SET state = 'pending', tried = false")
    # The queue is shared: reports that other tests left for tier 1 may come by as well.
    assert register.keys.count("restored:register") == 2
