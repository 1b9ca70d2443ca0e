"""Answers that are held for a moment: nobody sends them meanwhile, and one of two takes them back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.chassis import outbox
from services.chassis.db import Pool, create_pool
from services.chassis.errors import Conflict
from services.chassis.outbox import Hold, rows
from services.chassis.outbox.dispatcher import LEASE
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import DoNotCall

EIGHT = timedelta(seconds=8)
HELD = Hold(EIGHT, {"was": 1})


@pytest_asyncio.fixture(scope="module")
async def module_pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("outbox_undo"), application_name="test", max_size=10)
    yield pool
    pool.terminate()


@pytest_asyncio.fixture
async def pool(module_pool: Pool) -> Pool:
    await module_pool.execute("TRUNCATE outbox")
    return module_pool


async def say(pool: Pool, key: str, workflow_id: str = "w", hold: Hold | None = HELD) -> None:
    answer = DoNotCall(event_id=key, at=datetime.now(UTC), by="olia")
    async with pool.acquire() as conn:
        await outbox.signal(conn, workflow_id, "do_not_call", answer, hold=hold)


async def take_back(pool: Pool, key: str) -> dict[str, Any]:
    async with pool.acquire() as conn, conn.transaction():
        return await outbox.take_back(conn, key)


async def claimed(pool: Pool) -> list[str]:
    async with pool.acquire() as conn:
        return [row.event_id for row in (await rows.claim(conn, 10, LEASE)).rows]


async def pass_hold(pool: Pool, key: str) -> None:
    """Let the hold of this answer pass."""
    await pool.execute("UPDATE outbox SET next_at = now() WHERE event_id = $1", key)


async def test_a_held_answer_waits_and_keeps_those_behind_it_back_and_nobody_elses(pool: Pool) -> None:
    await say(pool, "first")
    await say(pool, "second", hold=None)
    await say(pool, "another", workflow_id="v", hold=None)
    assert await claimed(pool) == ["another"]
    await pass_hold(pool, "first")
    assert await claimed(pool) == ["first"]


async def test_what_is_taken_back_is_gone_and_says_what_was(pool: Pool) -> None:
    await say(pool, "first")
    assert await take_back(pool, "first") == {"was": 1}
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
    # The act may be done anew, and is sent then.
    await say(pool, "first", hold=None)
    assert await claimed(pool) == ["first"]


@pytest.mark.parametrize("when", ["passed", "claimed", "delivered", "not held", "never"])
async def test_too_late_is_said(pool: Pool, when: str) -> None:
    await say(pool, "first", hold=None if when == "not held" else Hold(EIGHT, {}))
    if when in {"passed", "claimed"}:
        await pass_hold(pool, "first")
    if when == "claimed":
        assert await claimed(pool) == ["first"]
        await pool.execute("UPDATE outbox SET next_at = now() + interval '1 h'")
    if when == "delivered":
        await pool.execute("UPDATE outbox SET state = 'delivered'")
    with pytest.raises(Conflict) as refused:
        await take_back(pool, "another" if when == "never" else "first")
    assert refused.value.code == "too_late"
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_what_came_later_stands_on_it(pool: Pool) -> None:
    await say(pool, "first")
    await say(pool, "second", hold=None)
    with pytest.raises(Conflict, match="something else has happened since"):
        await take_back(pool, "first")


async def test_of_two_undos_at_once_one_wins(pool: Pool) -> None:
    await say(pool, "first")
    answers = await asyncio.gather(*(take_back(pool, "first") for _ in range(5)), return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, dict)] == [{"was": 1}]
    assert all(isinstance(answer, dict | Conflict) for answer in answers)


async def test_whoever_dies_in_the_middle_has_undone_nothing(pool: Pool) -> None:
    await say(pool, "first")
    conn = await pool.acquire()
    await conn.execute("BEGIN")
    await outbox.take_back(conn, "first")
    conn.terminate()
    await pool.release(conn)
    assert await take_back(pool, "first") == {"was": 1}


async def test_a_dispatcher_does_not_wait_for_an_undo_that_is_under_way(pool: Pool) -> None:
    await say(pool, "first")
    await say(pool, "another", workflow_id="v", hold=None)
    async with pool.acquire() as conn, conn.transaction():
        await outbox.take_back(conn, "first")
        assert await asyncio.wait_for(claimed(pool), 5) == ["another"]


async def test_which_may_still_be_taken_back_is_known_with_its_time(pool: Pool) -> None:
    await say(pool, "held")
    await say(pool, "sent", workflow_id="v", hold=None)
    async with pool.acquire() as conn:
        told = await outbox.held_until(conn, ["held", "sent", "never"])
        now = await conn.fetchval("SELECT now()")
    assert list(told) == ["held"]
    assert timedelta(0) < told["held"] - now <= EIGHT


async def test_once_it_is_sent_nothing_is_kept_of_what_was(pool: Pool) -> None:
    await say(pool, "first")
    await pass_hold(pool, "first")
    async with pool.acquire() as conn:
        claim = await rows.claim(conn, 1, LEASE)
        await rows.record(conn, claim, [rows.Outcome(claim.rows[0], "delivered", None)])
    assert await pool.fetchval("SELECT before FROM outbox") is None


async def test_the_claim_goes_by_the_index_of_what_is_due_past_any_number_of_held_rows(pool: Pool) -> None:
    await pool.execute(
        """INSERT INTO outbox (event_id, workflow_id, signal, payload, next_at, before)
           SELECT n::text, 'w' || n, 's', '{}', now() + interval '8 s', '{}' FROM generate_series(1, 20000) n"""
    )
    await pool.execute("ANALYZE outbox")
    async with pool.acquire() as conn, conn.transaction():
        told = await conn.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {rows._CLAIM}", 10, LEASE)
    plan = "\n".join(row[0] for row in told)
    assert "outbox_due" in plan
    assert "Seq Scan" not in plan
