"""The reports at a million leads, 200,000 deals, 100,000 customers: `python -m bench.report_pages [SHARE]`.

Starts a stack in a temporary directory and fills its three databases with a year of work by SQL (SHARE 0.01 fills a
hundredth). Each page is fetched from its service by a signed-in supervisor, for the last 30 and the last 90 days, one
request after another; the limit is the period's largest table, counted by PostgreSQL alone in the same run.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

import asyncpg
import httpx

from bench import browsing
from bench.report_records import fill
from bench.stack import Running, running_stack
from services.chassis.db import init_connection
from services.lead_gen.repository import sealed_days

TIMES = 7
SPANS = ("30", "90")
VIEWS = {
    "lead_gen": ("funnel", "cohorts", "callers", "scripts", "acceptance", "campaigns", "records/calls", "records/won"),
    "conversion": ("stages", "reasons", "managers", "answers", "commission", "records/won"),
    "account_mgmt": ("nudges", "churn", "orders", "cross-sell", "overdue", "managers", "records/orders"),
}
LIMITS = {
    "lead_gen": "SELECT count(*), count(DISTINCT lead_id) FROM calls WHERE at > now() - $1 * interval '1 day'",
    "conversion": """SELECT count(*), count(DISTINCT deal_id) FROM hand_overs
                      WHERE offered_at > now() - $1 * interval '1 day'""",
    "account_mgmt": """SELECT count(*), count(DISTINCT customer_id) FROM orders
                        WHERE placed_at > now() - $1 * interval '1 day'""",
}


async def page(browser: httpx.AsyncClient, path: str) -> float:
    """Milliseconds of the middle request."""
    took = []
    for number in range(-1, TIMES):
        started = time.perf_counter()
        answer = await browser.get(path)
        if number >= 0:
            took.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    return statistics.median(took)


async def limit(conn: asyncpg.Connection, sql: str, days: str) -> float:
    """Milliseconds of counting what happened in these days."""
    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        await conn.fetch(sql, int(days))
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took)


async def days_are_sealed(conn: asyncpg.Connection) -> None:
    """Wait for the worker, which seals thirty days at a time."""
    started = time.perf_counter()
    while len(await sealed_days.waiting(conn, 2)) > 1:
        await asyncio.sleep(1)
    await conn.execute("VACUUM (ANALYZE)")
    print(f"the days were sealed within {time.perf_counter() - started:.0f} s", flush=True)


async def tier_pages(stack: Running, tier: str, share: float) -> None:
    """Print the figures of one tier."""
    conn = await asyncpg.connect(stack.dsn(tier))
    await init_connection(conn)
    await fill(tier, conn, share)
    if tier == "lead_gen":
        await days_are_sealed(conn)
    cookies = await browsing.signed_in(stack.addresses["desk"], f"{tier}/supervisor", "iryna")
    async with httpx.AsyncClient(base_url=stack.addresses[tier], headers={"Cookie": cookies}, timeout=120) as browser:
        for span in SPANS:
            bare = await limit(conn, LIMITS[tier], span)
            for view in VIEWS[tier]:
                took = await page(browser, f"/desk/reports/{view}?span={span}")
                print(f"{tier:<13} {view:<14} {span:>3} days {took:8.0f} {bare:8.0f} {took / bare:6.1f}", flush=True)
    await conn.close()


async def main(share: float) -> None:
    """Print the figures."""
    async with running_stack({"lead_gen": {"always_open": True}}) as stack:
        print(f"{'tier':<13} {'page':<14} {'period':>8} {'ms':>8} {'limit':>8} {'ratio':>6}   aim 500 ms")
        for tier in VIEWS:
            await tier_pages(stack, tier, share)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
