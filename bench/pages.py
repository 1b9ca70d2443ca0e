"""Every page of the desks at a million leads, 200,000 deals, 100,000 customers: `python -m bench.pages [SHARE]`.

Starts a stack in a temporary directory and fills its three databases by SQL (SHARE 0.01 fills a hundredth). Each page
is fetched from its service by a signed-in person, one request after another; the limit is the page's largest list or
record as bare SQL through asyncpg, in the same run. Then a browser shows what a person feels: bytes, requests, first
paint, and the time from a key to the next paint.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import httpx

from bench import browsing, card, deals, register
from bench.stack import Running, running_stack
from services.chassis.db import init_connection
from services.chassis.web.places import PREFIXES

LEADS, DEALS, ORDERS = 1_000_000, 200_000, 1_000_000
TIMES = 100
CALLER, MANAGER, ACCOUNT_MANAGER = "caller-1", "m-008", "am-008"


@dataclass(frozen=True)
class Page:
    """A page, who reads it, and the SQL that no page could do without."""

    name: str
    tier: str
    person: str
    path: str
    sql: str
    arguments: Sequence[object] = ()


async def fill(stack: Running, share: float) -> list[Page]:
    """Fill the three databases; the pages to look at."""
    tiers = {tier: await asyncpg.connect(stack.dsn(tier)) for tier in ("lead_gen", "conversion", "account_mgmt")}
    await init_connection(tiers["conversion"])
    found = [
        *await _call_desk(stack, tiers["lead_gen"], round(LEADS * share)),
        *await _deal_desk(tiers["conversion"], round(DEALS * share)),
        *await _account_desk(tiers["account_mgmt"], round(ORDERS * share)),
    ]
    for conn in tiers.values():
        await conn.close()
    return found


async def _call_desk(stack: Running, conn: asyncpg.Connection, leads: int) -> list[Page]:
    await conn.execute("SET statement_timeout = 0")
    await register.fill(conn, 0, leads)
    await conn.execute("SELECT gin_clean_pending_list('leads_name')")
    supervisor = stack.client("lead_gen", "supervisor", "iryna")
    campaign = (await supervisor.post("/v1/campaigns", json={"name": "Spring freight"})).json()["id"]
    await conn.execute("UPDATE campaigns SET state = 'running' WHERE id = $1", campaign)
    await register.into_calling(conn, campaign, min(register.CALLING, leads // 2))
    await conn.execute("ANALYZE")
    caller = stack.client("lead_gen", "caller", CALLER)
    held = (await caller.post("/v1/calls/next", json={})).raise_for_status().json()
    sql = "SELECT * FROM leads JOIN lead_phones ON lead_id = id WHERE id = $1"
    waiting = "SELECT min(available_at) FROM work_items WHERE kind = 'call' AND state = 'open'"
    return [
        Page("call desk, in a call", "lead_gen", CALLER, "/desk/", sql, [held["lead"]["id"]]),
        Page("call desk, waiting", "lead_gen", "caller-2", "/desk/", waiting),
    ]


async def _deal_desk(conn: asyncpg.Connection, count: int) -> list[Page]:
    await deals.fill(conn, count)
    deal = await conn.fetchval("SELECT id FROM deals WHERE owner = $1 AND stage = 'informing' LIMIT 1", MANAGER)
    mine = "SELECT * FROM deals WHERE owner = $1 AND stage NOT IN ('won', 'lost') ORDER BY next_action_at LIMIT 100"
    one = "SELECT * FROM deals LEFT JOIN timeline ON deal_id = deals.id WHERE deals.id = $1"
    week = "SELECT * FROM meetings WHERE manager = $1 AND starts_at BETWEEN now() AND now() + interval '7 days'"
    earned = "SELECT * FROM commission_entries WHERE person = $1 AND at > now() - interval '31 days' LIMIT 100"
    return [
        Page("deal board", "conversion", MANAGER, "/desk/", mine, [MANAGER]),
        Page("deals, a list", "conversion", MANAGER, "/desk/deals", mine, [MANAGER]),
        Page("one deal", "conversion", MANAGER, f"/desk/deals/{deal}", one, [deal]),
        Page("calendar", "conversion", MANAGER, "/desk/calendar", week, [MANAGER]),
        Page("commission", "conversion", MANAGER, "/desk/commission", earned, [MANAGER]),
    ]


async def _account_desk(conn: asyncpg.Connection, orders: int) -> list[Page]:
    await card.fill(conn, orders)
    customer = await conn.fetchval("SELECT id FROM customers WHERE account_manager = $1 LIMIT 1", ACCOUNT_MANAGER)
    invoice = await conn.fetchval("SELECT id FROM invoices WHERE customer_id = $1 LIMIT 1", customer)
    today = "SELECT * FROM work_items WHERE kind = 'nudge' AND state = 'open' AND assignee = $1 LIMIT 20"
    listed = "SELECT * FROM customers WHERE account_manager = $1 ORDER BY created_at DESC, id LIMIT 50"
    owed = "SELECT i.* FROM invoices i JOIN customers c ON c.id = customer_id WHERE account_manager = $1 LIMIT 50"
    return [
        Page("account desk", "account_mgmt", ACCOUNT_MANAGER, "/desk/", today, [ACCOUNT_MANAGER]),
        Page("one customer", "account_mgmt", ACCOUNT_MANAGER, f"/desk/customers/{customer}",
             "SELECT * FROM customers JOIN orders ON customer_id = customers.id WHERE customers.id = $1", [customer]),
        Page("customers, a list", "account_mgmt", ACCOUNT_MANAGER, "/desk/customers", listed, [ACCOUNT_MANAGER]),
        Page("invoices, a list", "account_mgmt", ACCOUNT_MANAGER, "/desk/invoices", owed, [ACCOUNT_MANAGER]),
        Page("one invoice", "account_mgmt", ACCOUNT_MANAGER, f"/desk/invoices/{invoice}",
             "SELECT * FROM invoices JOIN order_lines USING (order_id) WHERE invoices.id = $1", [invoice]),
    ]  # fmt: skip


async def measured(stack: Running, page: Page, cookies: str) -> tuple[list[float], int]:
    """Milliseconds of each request, from the service itself, and the bytes of the page before compression."""
    took = []
    async with httpx.AsyncClient(base_url=stack.addresses[page.tier], headers={"Cookie": cookies}) as browser:
        for number in range(-10, TIMES):
            started = time.perf_counter()
            answer = await browser.get(page.path)
            if number >= 0:
                took.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, (page.path, answer.status_code, answer.text[:300])
    return took, len(answer.content)


async def bare(stack: Running, page: Page) -> list[float]:
    """Milliseconds of the page's SQL alone."""
    conn = await asyncpg.connect(stack.dsn(page.tier))
    took = []
    for number in range(-10, TIMES):
        started = time.perf_counter()
        await conn.fetch(page.sql, *page.arguments)
        if number >= 0:
            took.append((time.perf_counter() - started) * 1000)
    await conn.close()
    return took


async def main(share: float) -> None:
    """Print the figures."""
    async with running_stack({"lead_gen": {"always_open": True}}) as stack:
        pages = await fill(stack, share)
        roles = {"lead_gen": "caller", "conversion": "manager", "account_mgmt": "account_manager"}
        print(f"{'page':<24} {'p50':>7} {'p99':>7}   {'SQL p50':>8} {'ratio':>6} {'bytes':>8}   milliseconds, aim 50")
        for page in pages:
            cookies = await browsing.signed_in(stack.addresses["desk"], f"{page.tier}/{roles[page.tier]}", page.person)
            took, size = await measured(stack, page, cookies)
            limit = statistics.median(await bare(stack, page))
            cuts = statistics.quantiles(took, n=100)
            ratio = cuts[49] / limit
            print(f"{page.name:<24} {cuts[49]:7.1f} {cuts[98]:7.1f}   {limit:8.2f} {ratio:6.1f} {size:8,}")
        for page in pages:
            address = f"{stack.addresses['desk']}{PREFIXES[page.tier]}{page.path}"
            felt = await browsing.felt(address, f"{page.tier}/{roles[page.tier]}", page.person)
            print(f"{page.name:<24} {felt}")


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
