"""1,000 claimers at once on 10,000 leads, while leases expire at random and processes are killed at random.

`python -m bench.claimers` starts a stack, opens the calls in its database and lets processes full of claimers loose on
them, through the code the call desk uses. At the end it counts the leads that two people held at once, that were
answered twice, or that were lost.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from datetime import timedelta

import asyncpg

from bench.register import fill, into_calling
from bench.stack import running_stack
from services.chassis import work_items
from services.chassis.db import create_pool, new_id
from services.chassis.errors import Conflict

LEADS = 10_000
PROCESSES = 5
CLAIMERS = 200
LEASE = timedelta(seconds=2)
KILL_EVERY = 1.5

_TABLE = """
CREATE TABLE hands (item uuid, token bigint, person text, begun timestamptz, over timestamptz, answered boolean,
                    PRIMARY KEY (item, token))
"""
_TWO_HANDS = """
SELECT count(*) FROM hands a JOIN hands b ON a.item = b.item AND a.token < b.token AND b.begun < a.over
"""


async def claimers(dsn: str, name: str) -> None:
    """One process: `CLAIMERS` people, until nothing is left to claim."""
    pool = await create_pool(dsn, application_name=name, max_size=20)
    dice = random.Random(name)
    await asyncio.gather(*(_claimer(pool, f"{name}-{n}", dice) for n in range(CLAIMERS)))


async def _claimer(pool: asyncpg.Pool, person: str, dice: random.Random) -> None:
    while True:
        async with pool.acquire() as conn, conn.transaction():
            item = await work_items.claim(conn, kind="call", person=person, lease=LEASE)
            if item is not None:
                await conn.execute(
                    """INSERT INTO hands VALUES ($1, $2, $3, clock_timestamp(), $4, false)
                       ON CONFLICT (item, token) DO UPDATE SET over = excluded.over""",
                    item.id,
                    item.lease_token,
                    person,
                    item.lease_until,
                )
        if item is None:
            if not await pool.fetchval("SELECT EXISTS (SELECT FROM work_items WHERE state IN ('open', 'leased'))"):
                return
            await asyncio.sleep(0.2)
            continue
        # One in ten loses the browser for longer than the lease.
        await asyncio.sleep(dice.uniform(2.5, 4) if dice.random() < 0.1 else dice.uniform(0.05, 0.5))
        try:
            async with pool.acquire() as conn, conn.transaction():
                if dice.random() < 0.1:
                    await work_items.release(conn, item.id, person, item.lease_token)
                else:
                    await work_items.complete(conn, item.id, person=person, token=item.lease_token, result="bench")
                    await conn.execute(
                        "UPDATE hands SET answered = true WHERE item = $1 AND token = $2", item.id, item.lease_token
                    )
                await conn.execute(
                    "UPDATE hands SET over = least(over, clock_timestamp()) WHERE item = $1 AND token = $2",
                    item.id,
                    item.lease_token,
                )
        except Conflict:
            continue  # the lease has expired: somebody else has the lead


async def _start(dsn: str, number: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.claimers", dsn, f"p{number}")


async def chaos(dsn: str) -> tuple[float, int]:
    """Kill a process every `KILL_EVERY` seconds: (seconds until everything was answered, processes killed)."""
    dice, killed, started = random.Random(1), 0, time.perf_counter()
    pool = await create_pool(dsn, application_name="referee", max_size=2)
    running = [await _start(dsn, number) for number in range(PROCESSES)]
    next_kill = time.perf_counter() + 3
    while await pool.fetchval("SELECT EXISTS (SELECT FROM work_items WHERE state IN ('open', 'leased'))"):
        await asyncio.sleep(0.2)
        if time.perf_counter() > next_kill:
            next_kill = time.perf_counter() + KILL_EVERY
            place = dice.randrange(PROCESSES)
            if running[place].returncode is None:
                os.kill(running[place].pid, signal.SIGKILL)
                killed += 1
            await running[place].wait()
            running[place] = await _start(dsn, PROCESSES + killed)
    took = time.perf_counter() - started
    for process in running:
        if process.returncode is None:
            process.kill()
        await process.wait()
    await pool.close()
    return took, killed


async def main() -> None:
    """Print the figures."""
    async with running_stack({}) as stack:
        conn = await asyncpg.connect(stack.dsn("lead_gen"))
        await fill(conn, 0, LEADS)
        campaign = new_id()
        await conn.execute("INSERT INTO campaigns (id, name, created_by) VALUES ($1, 'bench', 'bench')", campaign)
        await into_calling(conn, campaign, LEADS)
        await conn.execute(_TABLE)
        took, killed = await chaos(stack.dsn("lead_gen"))
        states = dict(await conn.fetch("SELECT state, count(*) FROM work_items GROUP BY state"))
        claims = await conn.fetchval("SELECT count(*) FROM hands")
        twice = await conn.fetchval(
            "SELECT count(*) FROM (SELECT item FROM hands WHERE answered GROUP BY item HAVING count(*) > 1) x"
        )
        two_hands = await conn.fetchval(_TWO_HANDS)
        print(f"{PROCESSES * CLAIMERS:,} claimers, {LEADS:,} leads, {killed} processes killed, {took:.0f} s")
        print(f"{claims:,} leases, {states.get('done', 0):,} answers; leads lost: {LEADS - states.get('done', 0)}")
        print(f"held by two people: {two_hands}; answered twice: {twice}")
        await conn.close()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        asyncio.run(claimers(sys.argv[1], sys.argv[2]))
    else:
        asyncio.run(main())
