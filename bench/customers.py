"""Importing existing customers with their orders: `python -m bench.customers [ROWS]`.

Starts a stack in a temporary directory, sends a CSV with ten order lines per customer and follows the import to its
end. Then it waits until the care of the first two thousand customers is open. The limit is the same rows through COPY.
"""

from __future__ import annotations

import asyncio
import io
import sys
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx

from bench.stack import running_stack

ROWS = 100_000
PER_CUSTOMER = 10
OPENED = 2_000
HEADER = "Company,Phone,Order number,Order date,Product,Quantity,Price\n"


def content(rows: int) -> bytes:
    """A CSV file with this many rows."""
    days = [f"{datetime.now(UTC) - timedelta(days=31 * k):%d.%m.%Y}" for k in range(1, PER_CUSTOMER + 1)]
    lines = [
        f"Customer {n},+380{500000000 + n},{n}-{k},{days[k]},FTL-20,2,28500\n"
        for n in range(rows // PER_CUSTOMER)
        for k in range(PER_CUSTOMER)
    ]
    return (HEADER + "".join(lines)).encode()


async def followed(supervisor: httpx.AsyncClient, file: bytes) -> tuple[float, dict[str, int]]:
    """Seconds until every row has its verdict, and the verdicts."""
    began = time.perf_counter()
    sent = await supervisor.post("/v1/imports", files={"file": ("customers.csv", file)}, data={"default_region": "UA"})
    job = sent.raise_for_status().json()
    while job["state"] in ("queued", "running"):
        await asyncio.sleep(0.2)
        job = (await supervisor.get(f"/v1/imports/{job['id']}")).raise_for_status().json()
    return time.perf_counter() - began, job


async def bare(conn: asyncpg.Connection, rows: int) -> float:
    """Seconds for the same number of lines through COPY, into a table without keys."""
    await conn.execute("CREATE UNLOGGED TABLE bare (customer text, phone text, number text, day date, price numeric)")
    text = "".join(f"Customer {n}\t+380501234567\t{n}-1\t2026-01-31\t28500\n" for n in range(rows)).encode()
    began = time.perf_counter()
    await conn.copy_to_table("bare", source=io.BytesIO(text), format="text")
    return time.perf_counter() - began


async def opened(conn: asyncpg.Connection) -> float:
    """Customers per second whose care is opened, over the first two thousand."""
    counting = "SELECT count(*) FROM customers WHERE care_opened_at IS NOT NULL"
    while not (first := await conn.fetchval(counting)):
        await asyncio.sleep(0.2)
    began = time.perf_counter()
    while (now := await conn.fetchval(counting)) < OPENED:
        await asyncio.sleep(0.5)
    return (now - first) / (time.perf_counter() - began)


async def main(rows: int) -> None:
    """Print the figures."""
    async with running_stack({"account_mgmt": {"care_starts_per_second": 60}}) as stack:
        supervisor = stack.client("account_mgmt", "supervisor", "iryna")
        await supervisor.post("/v1/account-managers", json={"id": "oleh", "name": "Oleh", "capacity": 100_000})
        took, job = await followed(supervisor, content(rows))
        conn = await asyncpg.connect(stack.dsn("account_mgmt"))
        limit = await bare(conn, rows)
        print(f"{rows:,} rows: {took:.1f} s, {rows / took:,.0f} rows a second; {job['accepted']:,} customers")
        print(f"bare COPY of the same number of lines: {limit:.2f} s; import / COPY: {took / limit:.0f}")
        print(f"care opened for {await opened(conn):.0f} customers a second; the policy allows 60")
        await conn.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
