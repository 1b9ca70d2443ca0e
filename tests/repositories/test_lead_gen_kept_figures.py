"""What is kept of each lead for the reports equals its calls and news, whatever happens to them, in whatever order."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.lead_gen.repository.erasure import erase
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier

OUTCOMES = ("interested", "hard_question", "no_answer", "not_interested", "callback")
PAIRS = (
    (
        "lead_id, call_id, campaign_id, caller, outcome, script_id, shift_id, at, accepted_at, won_at",
        "lead_hand_overs",
        "credited_hand_overs",
    ),
    ("lead_id, whole, campaign_id, at, reached_at", "lead_first_calls", "first_calls"),
)


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_kept_figures", tier=Tier.LEAD_GEN)) as tier:
        yield tier


async def assert_equal(conn: asyncpg.Connection | asyncpg.Pool) -> None:
    for columns, counted, kept in PAIRS:
        differ = await conn.fetch(
            f"""(SELECT {columns} FROM {counted} EXCEPT ALL SELECT {columns} FROM {kept})
                UNION ALL (SELECT {columns} FROM {kept} EXCEPT ALL SELECT {columns} FROM {counted})"""
        )
        assert not differ, kept
        came = f"SELECT count(*) FROM {kept} k JOIN leads l ON l.id = k.lead_id WHERE k.came_at <> l.created_at"
        assert await conn.fetchval(came) == 0


async def add_call(conn: asyncpg.Connection | asyncpg.Pool, lead: str, campaign: str | None, *rest: object) -> None:
    await conn.execute(
        """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, at)
           VALUES (gen_random_uuid(), gen_random_uuid(), $1, $2, 1, 'anna', $3, $4)""",
        lead,
        campaign,
        *rest,
    )


async def add_news(conn: asyncpg.Connection | asyncpg.Pool, lead: str, stage: str, at: datetime) -> None:
    await conn.execute(
        "INSERT INTO lead_history (lead_id, at, tier, stage) VALUES ($1, $2, 'conversion', $3)", lead, at, stage
    )


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_kept_equals_the_records_after_any_history(house: Tier1, seed: int) -> None:
    """Calls and news in time and late, undone, moved to another lead, erased, and leads that are deleted."""
    dice, pool = random.Random(seed), house.pool
    leads = [new_id() for _ in range(6)]
    campaigns = [await house.campaign(), await house.campaign(), None]
    await pool.executemany("INSERT INTO leads (id, company) VALUES ($1, 'x')", [(lead,) for lead in leads])

    def moment() -> datetime:
        return datetime.now(UTC) - timedelta(seconds=dice.randrange(60 * 86_400))

    for number in range(150):
        lead, other = dice.sample(leads, 2)
        match dice.randrange(12):
            case 0:
                await pool.execute(
                    "DELETE FROM calls WHERE id = (SELECT id FROM calls WHERE lead_id = $1 ORDER BY at DESC LIMIT 1)",
                    lead,
                )
            case 1:
                await pool.execute("DELETE FROM lead_history WHERE lead_id = $1 AND at < $2", lead, moment())
            case 2:
                await pool.execute(
                    "UPDATE calls SET lead_id = $2 WHERE lead_id = $1 AND outcome = 'interested'", lead, other
                )
            case 3 if number % 3 == 0:
                async with pool.acquire() as conn, conn.transaction():
                    await erase(conn, [lead])
            case 4:
                await pool.execute("UPDATE leads SET created_at = $2 WHERE id = $1", lead, moment())
            case 5 | 6 | 7:
                await add_news(pool, lead, dice.choice(["accepted", "won", "lost", "inbound"]), moment())
            case _:
                await add_call(pool, lead, dice.choice(campaigns), dice.choice(OUTCOMES), moment())
        if number % 10 == 0:
            await assert_equal(pool)
    await pool.execute("DELETE FROM leads WHERE id = $1", leads[0])
    await assert_equal(pool)
    assert await pool.fetchval("SELECT count(*) FROM credited_hand_overs") > 0


async def test_two_who_write_of_one_lead_at_once_are_both_counted(house: Tier1) -> None:
    lead, now = new_id(), datetime.now(UTC)
    await house.pool.execute("INSERT INTO leads (id, company) VALUES ($1, 'x')", lead)
    await add_call(house.pool, lead, None, "interested", now - timedelta(days=2))
    async with house.pool.acquire() as one, house.pool.acquire() as two:
        first = one.transaction()
        await first.start()
        await add_news(one, lead, "accepted", now - timedelta(days=1))
        second = asyncio.create_task(add_news(two, lead, "won", now))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await house.pool.fetchval(waiting):
            assert not second.done()
            await asyncio.sleep(0.01)
        await first.commit()
        await second
    await assert_equal(house.pool)
    kept = await house.pool.fetchrow("SELECT accepted_at, won_at FROM credited_hand_overs")
    assert kept["accepted_at"] and kept["won_at"]


async def test_leads_called_before_are_counted_a_few_at_a_time_beside_people_at_work(house: Tier1) -> None:
    leads, now = [new_id() for _ in range(700)], datetime.now(UTC)
    await house.pool.executemany("INSERT INTO leads (id, company) VALUES ($1, 'x')", [(lead,) for lead in leads])
    for lead in leads[::9]:
        await add_call(house.pool, lead, None, "interested", now - timedelta(days=1))
    await house.pool.execute("TRUNCATE credited_hand_overs, first_calls")
    async with house.pool.acquire() as writer:
        writing = writer.transaction()
        await writing.start()
        await add_news(writer, leads[693], "accepted", now)
        counting = asyncio.create_task(house.pool.execute("CALL count_all_leads()"))
        while not await house.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not counting.done()
            await asyncio.sleep(0.01)
        # It waits for one lead; those before it are counted, and can be written of.
        assert await house.pool.fetchval("SELECT count(*) FROM credited_hand_overs") > 0
        await add_news(house.pool, leads[0], "accepted", now)
        await writing.commit()
        await counting
    await assert_equal(house.pool)


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a plan that read a table."""
    if "Relation Name" in plan:
        yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


@pytest.mark.parametrize("view", [counted for _, counted, _ in PAIRS])
async def test_what_one_lead_did_is_made_of_its_own_records_alone(house: Tier1, view: str) -> None:
    """At a million calls, to read all of them at each call that is reported would take seconds."""
    async with house.pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL enable_seqscan = off")
        text = await conn.fetchval(
            f"EXPLAIN (FORMAT JSON) SELECT * FROM {view} WHERE lead_id = ANY ($1::uuid[])", [new_id()]
        )
    read = list(scans(json.loads(text)[0]["Plan"]))
    assert {part["Relation Name"] for part in read} >= {"calls"}
    assert all("Index Cond" in part or "Recheck Cond" in part for part in read), read
