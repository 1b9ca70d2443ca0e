"""Accepting, setting a next step and listing at 200,000 deals, 100 requests a second: `python -m bench.deals [DEALS]`.

Starts a stack in a temporary directory and fills its database by SQL; 10,000 deals are the least that it needs. The
limit is the bare SQL of a next step (lock the deal, update it, add a line to its timeline) through asyncpg, at the same
rate.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime, timedelta

import asyncpg

from bench.claims import line, paced, ratio
from bench.stack import Running, running_stack
from services.chassis.db import init_connection, new_id

DEALS = 200_000
MANAGERS = 200
RATE = 100
SECONDS = 20
OFFERED = RATE * SECONDS // 4 + 100

FILL = """
INSERT INTO deals (id, lead_id, workflow_id, stage, owner, last_owner, policy_version, contact, reason, story, segment,
                   next_action, next_action_at, offered_at, accepted_at, first_contact_at, value, currency, closed_at,
                   lost_reason, created_at)
SELECT gen_random_uuid(), lead, 'conversion:' || lead, stage, owner, owner, 1,
       jsonb_build_object('lead_id', lead, 'company', 'Company ' || n, 'phones', '[]'::jsonb, 'language', 'uk',
                          'timezone', 'Europe/Kyiv'),
       'interested', '[]', 'freight',
       CASE WHEN stage NOT IN ('won', 'lost') THEN 'call' END,
       CASE WHEN stage NOT IN ('won', 'lost') THEN now() + (n % 9) * interval '1 day' END,
       at, at + interval '20 minutes', at + interval '2 hours',
       CASE WHEN stage = 'won' THEN 1000 END, CASE WHEN stage = 'won' THEN 'UAH' END,
       CASE WHEN stage IN ('won', 'lost') THEN at + interval '20 days' END, 'price', at
  FROM (SELECT n, gen_random_uuid() AS lead, 'm-' || lpad((n % $2)::text, 3, '0') AS owner,
               (ARRAY['won', 'lost', 'lost', 'lost', 'won', 'lost', 'lost', 'lost', 'informing', 'offer'])[n % 10 + 1]
                   AS stage, now() - (n % 700) * interval '1 day' AS at FROM generate_series(1, $1) n) made
"""


async def fill(conn: asyncpg.Connection, deals: int) -> list[tuple[str, str]]:
    """Insert managers, deals, and leads on offer. Returns (item, manager) of each lead on offer."""
    await conn.execute("SET statement_timeout = 0")
    await conn.execute(
        """INSERT INTO managers (id, name, capacity)
           SELECT 'm-' || lpad(n::text, 3, '0'), 'Manager ' || n, 10000 FROM generate_series(0, $1 - 1) n""",
        MANAGERS,
    )
    await conn.execute(FILL, deals, MANAGERS)
    offers = []
    for number in range(OFFERED):
        lead, deal, item, manager = new_id(), new_id(), new_id(), f"m-{number % MANAGERS:03}"
        contact = {"lead_id": lead, "company": "Offered"}
        await conn.execute(
            """INSERT INTO deals (id, lead_id, workflow_id, stage, policy_version, contact, reason, offered_at)
               VALUES ($1, $2::uuid, 'conversion:' || $2::uuid, 'offered', 1, $3, 'interested', now())""",
            deal,
            lead,
            contact,
        )
        await conn.execute(
            """INSERT INTO work_items (id, kind, key, workflow_id, lead_id, assignee)
               VALUES ($1::uuid, 'hand_over', $1::uuid::text, 'conversion:' || $2::uuid, $2::uuid, $3)""",
            item,
            lead,
            manager,
        )
        await conn.execute(
            """INSERT INTO hand_overs (item_id, deal_id, number, reason, manager, priority, routing, offered_at)
               VALUES ($1, $2, 1, 'interested', $3, 5, $4, now())""",
            item,
            deal,
            manager,
            {"manager": manager, "why": "bench", "considered": []},
        )
        offers.append((item, manager))
    await conn.execute("ANALYZE")
    return offers


async def rest(stack: Running, offers: list[tuple[str, str]], worked: list[tuple[str, str]]) -> dict[str, list[float]]:
    """A quarter accepts, a quarter next steps and half lists, at the full rate."""
    clients = {f"m-{n:03}": stack.client("conversion", "manager", f"m-{n:03}") for n in range(MANAGERS)}
    dice = random.Random(1)
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    async def accept(number: int) -> None:
        item, manager = offers[number]
        (await clients[manager].post(f"/v1/hand-overs/{item}/accept", json={})).raise_for_status()

    async def step(number: int) -> None:
        deal, manager = worked[number]
        body = {"what": "call about the price list", "at": soon}
        (await clients[manager].post(f"/v1/deals/{deal}/next-step", json=body)).raise_for_status()

    async def listed(_: int) -> None:
        manager = f"m-{dice.randrange(MANAGERS):03}"
        (await clients[manager].get("/v1/deals?mine=true&open=true&limit=50")).raise_for_status()

    # Connections, prepared statements and signing keys should be as in a service that has run for a while.
    await paced(100, RATE, listed)
    for number in range(-40, 0):
        await accept(number)
        await step(number)
    count = RATE * SECONDS
    accepts, steps, lists = await asyncio.gather(
        paced(count // 4, RATE / 4, accept), paced(count // 4, RATE / 4, step), paced(count // 2, RATE / 2, listed)
    )
    return {"accept": accepts, "next step": steps, "own open deals": lists}


async def bare(dsn: str, worked: list[tuple[str, str]]) -> list[float]:
    """The SQL of a next step, and nothing else."""
    pool = await asyncpg.create_pool(dsn, init=init_connection, min_size=10, max_size=10)

    async def step(number: int) -> None:
        deal, manager = worked[number]
        async with pool.acquire() as conn, conn.transaction():
            await conn.fetchrow("SELECT * FROM deals WHERE id = $1 FOR UPDATE", deal)
            await conn.execute("UPDATE deals SET next_action = 'call', updated_at = now() WHERE id = $1", deal)
            await conn.execute(
                "INSERT INTO timeline (id, deal_id, at, by, kind, text) VALUES ($1, $2, now(), $3, 'bench', 'bench')",
                new_id(),
                deal,
                manager,
            )

    took = await paced(RATE * SECONDS // 2, RATE, step)
    await pool.close()
    return took


async def main(deals: int) -> None:
    """Print the figures."""
    async with running_stack({}) as stack:
        conn = await asyncpg.connect(stack.dsn("conversion"))
        await init_connection(conn)
        offers = await fill(conn, deals)
        rows = await conn.fetch("SELECT id, owner FROM deals WHERE stage = 'informing' LIMIT $1", RATE * SECONDS)
        worked = [(str(row["id"]), row["owner"]) for row in rows]
        await conn.close()
        found = await rest(stack, offers, worked)
        limit = await bare(stack.dsn("conversion"), worked)
    print(f"{deals:,} deals, {MANAGERS} managers, {RATE} requests a second")
    for name, took in found.items():
        print(line(name, took))
    print(line("next step, bare SQL (the limit)", limit))
    print(f"REST / bare, medians: next step {ratio(found['next step'], limit)}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else DEALS))
