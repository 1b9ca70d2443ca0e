"""The outbox at full speed: `python -m bench.deliveries [ROWS]` starts a PostgreSQL of its own; no Temporal.

A client that answers after a few milliseconds stands for Temporal. Many short lines are what a tier has every day, a
few long ones what an outage leaves behind. Beside it: the bare updates, one transaction for as many rows.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, cast

from temporalio.client import Client

from services.chassis.db import Pool, create_pool
from services.chassis.migrate import migrate
from services.chassis.outbox.dispatcher import BATCH, Dispatcher
from tests.fixtures.postgres import with_database
from tests.fixtures.postgres_server import postgres_server

ROWS = 5_000
RPC_SECONDS = 0.005
_FILL = """
INSERT INTO outbox (event_id, workflow_id, signal, payload)
SELECT 'event-' || n, 'workflow-' || n % $2, 'signal', '{}' FROM generate_series(1, $1) AS n
"""
_BARE = """
UPDATE outbox SET state = 'delivered', delivered_at = now()
 WHERE id IN (SELECT id FROM outbox WHERE state = 'pending' ORDER BY id LIMIT $1)
"""


class Handle:
    """A workflow that takes every signal."""

    async def signal(self, *_: Any, **__: Any) -> None:
        await asyncio.sleep(RPC_SECONDS)


class Temporal:
    """As much of a client as signals need."""

    def get_workflow_handle(self, _: str) -> Handle:
        return Handle()


async def fill(pool: Pool, rows: int, lines: int) -> None:
    """So many rows for so many workflows."""
    await pool.execute("TRUNCATE outbox")
    await pool.execute(_FILL, rows, lines)
    await pool.execute("ANALYZE outbox")


async def delivered(pool: Pool, dispatchers: int) -> float:
    """Seconds until everything is delivered."""
    began = time.perf_counter()

    async def work() -> None:
        dispatcher = Dispatcher(pool, cast(Client, Temporal()))
        while await dispatcher.deliver_batch():
            pass

    await asyncio.gather(*(work() for _ in range(dispatchers)))
    while await pool.fetchval("SELECT count(*) FROM outbox WHERE state = 'pending'"):
        await work()
    return time.perf_counter() - began


async def main(dsn: str, rows: int) -> None:
    """Print the figures."""
    pool = await create_pool(dsn, application_name="bench", max_size=10)
    for lines, dispatchers in ((rows, 1), (rows, 2), (100, 1), (100, 2)):
        await fill(pool, rows, lines)
        seconds = await delivered(pool, dispatchers)
        print(f"{rows:,} rows in {lines:,} lines, {dispatchers} dispatchers: {rows / seconds:,.0f} rows/s")
    await fill(pool, rows, rows)
    began = time.perf_counter()
    while await pool.execute(_BARE, BATCH) != "UPDATE 0":
        pass
    print(f"bare updates, {BATCH} rows at once: {rows / (time.perf_counter() - began):,.0f} rows/s")
    await pool.close()


async def prepared(dsn: str) -> str:
    """A new database with the chassis' tables."""
    import asyncpg

    conn = await asyncpg.connect(dsn)
    await conn.execute("CREATE DATABASE deliveries")
    await conn.close()
    dsn = with_database(dsn, "deliveries")
    await migrate(dsn, "services.chassis.migrations")
    return dsn


if __name__ == "__main__":
    with postgres_server() as server:
        asyncio.run(main(asyncio.run(prepared(server)), int((sys.argv[1:] or [str(ROWS)])[0])))
