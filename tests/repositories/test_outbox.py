"""The outbox against a real Temporal server: once, in order, and a poisoned row in nobody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from services.chassis import outbox
from services.chassis.db import Pool, create_pool
from services.chassis.outbox import StartWorkflow, delivery, rows
from services.chassis.outbox.dispatcher import Dispatcher
from services.chassis.outbox.rows import OutboxRow
from services.chassis.settings import Settings
from services.chassis.temporal import leadrelay_plugin
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Cancel
from workflows.contracts.lead_gen import CampaignInput


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("outbox"), application_name="test", max_size=10)
    yield pool
    pool.terminate()


def started(number: int) -> StartWorkflow:
    return StartWorkflow(
        workflow="Campaign",
        id=f"campaign:test-{number}",
        task_queue="nobody-polls-this",
        input=CampaignInput(campaign_id=f"test-{number}"),
        summary="Campaign test",
        search_attributes={"Lead": str(number), "NextActionAt": datetime.now(UTC).isoformat()},
    )


def answer(event_id: str) -> Cancel:
    return Cancel(event_id=event_id, at=datetime.now(UTC), by="anna", reason=event_id)


async def states(pool: Pool) -> list[str]:
    return [row["state"] for row in await pool.fetch("SELECT state FROM outbox ORDER BY id")]


async def signals_of(client: Client, workflow_id: str) -> list[str]:
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    payloads = [
        event.workflow_execution_signaled_event_attributes.input.payloads
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    decoded = [await client.data_converter.decode(list(payload), [Cancel]) for payload in payloads]
    return [told[0].event_id for told in decoded]


async def look_until_settled(pool: Pool, client: Client) -> None:
    """Deliver again and again, without the pauses between a row's attempts."""
    dispatcher = Dispatcher(pool, client)
    for _ in range(delivery.MAX_ATTEMPTS):
        await pool.execute("UPDATE outbox SET next_at = now() WHERE state = 'pending'")
        await dispatcher.deliver_batch()


async def test_an_event_is_appended_once(pool: Pool) -> None:
    async with pool.acquire() as conn:
        await outbox.signal(conn, "campaign:x", "cancel", answer("e-1"))
        await outbox.signal(conn, "campaign:x", "cancel", answer("e-1"))
    assert await states(pool) == ["pending"]


async def test_answers_arrive_in_order_though_two_dispatchers_share_the_work(pool: Pool, temporal: Client) -> None:
    async with pool.acquire() as conn:
        for workflow in range(5):
            await outbox.start(conn, started(workflow), event_id=f"start-{workflow}")
            for number in range(8):
                await outbox.signal(conn, f"campaign:test-{workflow}", "cancel", answer(f"{workflow}-{number}"))
    one, two = Dispatcher(pool, temporal), Dispatcher(pool, temporal)
    async with asyncio.timeout(120):
        while set(await states(pool)) != {"delivered"}:
            await asyncio.gather(one.deliver_batch(), two.deliver_batch())
    for workflow in range(5):
        assert await signals_of(temporal, f"campaign:test-{workflow}") == [f"{workflow}-{n}" for n in range(8)]


async def test_a_poisoned_row_is_set_aside_and_blocks_nobody(pool: Pool, temporal: Client) -> None:
    async with pool.acquire() as conn:
        await outbox.signal(conn, "campaign:never-started", "cancel", answer("lost"))
        await outbox.start(conn, started(100), event_id="start-100")
        await Dispatcher(pool, temporal).deliver_batch()
        assert await states(pool) == ["pending", "delivered"]  # its workflow may be a moment away
        await look_until_settled(pool, temporal)
        assert await states(pool) == ["dead", "delivered"]
        dead = (await rows.list_rows(conn, "dead", 10, 0))[0]
        assert "not found" in (dead.last_error or "").lower()
        await rows.retry_dead(conn, dead.id)
    assert await states(pool) == ["pending", "delivered"]


async def test_an_answer_to_an_ended_workflow_is_dropped_where_that_is_right(pool: Pool, temporal: Client) -> None:
    async with pool.acquire() as conn:
        await outbox.signal(conn, "campaign:gone", "cancel", answer("late"), when_missing="drop")
    await look_until_settled(pool, temporal)
    assert await states(pool) == ["dropped"]


async def test_an_answer_reaches_a_workflow_that_starts_a_moment_later(pool: Pool, temporal: Client) -> None:
    async with pool.acquire() as conn:
        await outbox.signal(conn, "campaign:test-150", "cancel", answer("early"))
        await Dispatcher(pool, temporal).deliver_batch()
        # As another tier starts it, whose outbox knows nothing of this one.
        await temporal.start_workflow("Campaign", id="campaign:test-150", task_queue="nobody-polls-this")
    await look_until_settled(pool, temporal)
    assert await states(pool) == ["delivered"]
    assert await signals_of(temporal, "campaign:test-150") == ["early"]


async def test_a_redelivered_answer_that_ended_its_workflow_is_delivered(pool: Pool, temporal: Client) -> None:
    async with pool.acquire() as conn:
        await outbox.start(conn, started(300), event_id="start-300")
        await outbox.signal(conn, "campaign:test-300", "cancel", answer("last"))
    for _ in range(2):
        await Dispatcher(pool, temporal).deliver_batch()
    await temporal.get_workflow_handle("campaign:test-300").terminate()
    await pool.execute("UPDATE outbox SET state = 'pending' WHERE signal IS NOT NULL")  # the crash, as above
    await Dispatcher(pool, temporal).deliver_batch()
    assert await states(pool) == ["delivered", "delivered"]


async def test_a_redelivered_answer_that_began_a_workflow_begins_no_second_life(pool: Pool, temporal: Client) -> None:
    async with pool.acquire() as conn:
        await outbox.signal(conn, "campaign:test-400", "cancel", answer("first"), start=started(400))
    await Dispatcher(pool, temporal).deliver_batch()
    workflow = temporal.get_workflow_handle("campaign:test-400")
    life = (await workflow.describe()).run_id
    await workflow.terminate()
    await pool.execute("UPDATE outbox SET state = 'pending'")
    await Dispatcher(pool, temporal).deliver_batch()
    assert (await workflow.describe()).run_id == life
    assert await states(pool) == ["delivered"]


async def test_a_redelivered_start_begins_no_second_life(pool: Pool, temporal: Client) -> None:
    async with pool.acquire() as conn:
        await outbox.start(conn, started(200), event_id="start-200")
    await Dispatcher(pool, temporal).deliver_batch()
    workflow = temporal.get_workflow_handle("campaign:test-200")
    life = (await workflow.describe()).run_id
    await workflow.terminate()
    # As after a crash between the call and its record.
    await pool.execute("UPDATE outbox SET state = 'pending'")
    await Dispatcher(pool, temporal).deliver_batch()
    assert (await workflow.describe()).run_id == life  # the latest one of this id
    assert await states(pool) == ["delivered"]


async def test_an_outage_never_counts_against_a_row(pool: Pool) -> None:
    unreachable = await Client.connect("127.0.0.1:1", plugins=[leadrelay_plugin(Settings().key_ring)], lazy=True)
    async with pool.acquire() as conn:
        await outbox.signal(conn, "campaign:x", "cancel", answer("e-1"))
    await Dispatcher(pool, unreachable).deliver_batch()
    row = await pool.fetchrow("SELECT state, attempts FROM outbox")
    assert row is not None
    assert (row["state"], row["attempts"]) == ("pending", 0)


def test_a_row_that_fails_by_itself_ends_after_eight_attempts() -> None:
    row = OutboxRow(
        id=1,
        event_id="e",
        workflow_id="w",
        signal="s",
        payload={},
        workflow=None,
        task_queue=None,
        start_input=None,
        summary=None,
        search_attributes={},
        when_missing="set_aside",
        state="pending",
        attempts=0,
        last_error=None,
        created_at=datetime.now(UTC),
    )
    refused = RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")
    assert delivery.judge(row, refused) is delivery.Verdict.RETRY
    assert delivery.judge(row.model_copy(update={"attempts": 7}), refused) is delivery.Verdict.DEAD
