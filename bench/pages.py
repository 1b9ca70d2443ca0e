"""Every page of the desks at a million leads, 200,000 deals, 100,000 customers: `python -m bench.pages [SHARE]`.

Starts a stack in a temporary directory and fills its three databases by SQL (SHARE 0.01 fills a hundredth). Each page
is fetched from its service by a signed-in person, one request after another; the limit is the page's largest list or
record as bare SQL through asyncpg, in the same run. Then a browser shows what a person feels: bytes, requests, first
paint, and the time from a key to the next paint.
"""

from __future__ import annotations

import asyncio
import gzip
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import httpx

from bench import browsing, card, deals, register
from bench.stack import Running, running_stack
from services.chassis.db import init_connection
from services.chassis.web.places import PREFIXES

LEADS, DEALS, ORDERS = 1_000_000, 200_000, 1_000_000
TIMES = 100
CALLER, MANAGER, ACCOUNT_MANAGER, SUPERVISOR = "caller-1", "m-008", "am-008", "iryna"
INVOICES = {
    "open": "", "late": "?view=late", "mine": "?mine=1", "mine, late": "?view=late&mine=1",
    "mine, paid": "?view=paid&mine=1", "one currency": "?currency=UAH", "all": "?view=all",
}  # fmt: skip
ROLES = {"lead_gen": "caller", "conversion": "manager", "account_mgmt": "account_manager"}
HTMX = {"Sec-Fetch-Site": "same-origin", "HX-Request": "true", "HX-Request-Type": "partial"}


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
    waiting = "SELECT min(not_before) FROM work_items WHERE kind = 'call' AND state = 'open'"
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
    earned = "SELECT * FROM commissions WHERE person = $1 AND month = to_char(now(), 'YYYY-MM') LIMIT 100"
    all_of_them = "SELECT * FROM deals WHERE stage = 'informing' ORDER BY next_action_at, id LIMIT 50"
    found = "SELECT d.* FROM deal_words JOIN deals d ON d.id = deal_id WHERE word = '777' LIMIT 30"
    return [
        Page("deal board", "conversion", MANAGER, "/desk/", mine, [MANAGER]),
        Page("deal board, a lane opened", "conversion", MANAGER, "/desk/?opened=informing", mine, [MANAGER]),
        Page("deal board, everybody's", "conversion", SUPERVISOR, "/desk/", all_of_them),
        Page("deals, everybody's", "conversion", SUPERVISOR, "/desk/deals", all_of_them),
        Page("deals, a search", "conversion", SUPERVISOR, "/desk/search?q=777", found),
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
        Page("account desk, a customer", "account_mgmt", ACCOUNT_MANAGER, f"/desk/customers/{customer}",
             "SELECT * FROM customers JOIN orders ON customer_id = customers.id WHERE customers.id = $1", [customer]),
        Page("one customer's story", "account_mgmt", ACCOUNT_MANAGER, f"/desk/customers/{customer}/story",
             "SELECT * FROM customers JOIN orders ON customer_id = customers.id WHERE customers.id = $1", [customer]),
        Page("account desk, calendar", "account_mgmt", ACCOUNT_MANAGER, "/desk/calendar", owed, [ACCOUNT_MANAGER]),
        Page("customers, a list", "account_mgmt", ACCOUNT_MANAGER, "/desk/customers", listed, [ACCOUNT_MANAGER]),
        Page("customers who are late", "account_mgmt", ACCOUNT_MANAGER, "/desk/customers?overdue=1", listed,
             [ACCOUNT_MANAGER]),
        Page("customers, a search", "account_mgmt", ACCOUNT_MANAGER, "/desk/find?q=Company%2077",
             "SELECT * FROM customers WHERE contact->>'company' ILIKE '%Company 77%' LIMIT 20"),
        *(Page(f"invoices, {name}", "account_mgmt", ACCOUNT_MANAGER, f"/desk/invoices{query}", owed, [ACCOUNT_MANAGER])
          for name, query in INVOICES.items()),
        Page("one invoice", "account_mgmt", ACCOUNT_MANAGER, f"/desk/invoices/{invoice}",
             "SELECT * FROM invoices JOIN order_lines USING (order_id) WHERE invoices.id = $1", [invoice]),
    ]  # fmt: skip


def _role(page: Page) -> str:
    return f"{page.tier}/{'supervisor' if page.person == SUPERVISOR else ROLES[page.tier]}"


async def measured(stack: Running, page: Page, cookies: str) -> tuple[list[float], int, int]:
    """Milliseconds of each request, from the service itself, and the bytes of the page before and after gzip."""
    took = []
    async with httpx.AsyncClient(base_url=stack.addresses[page.tier], headers={"Cookie": cookies}) as browser:
        for number in range(-10, TIMES):
            started = time.perf_counter()
            answer = await browser.get(page.path)
            if number >= 0:
                took.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200, (page.path, answer.status_code, answer.text[:300])
    return took, len(answer.content), len(gzip.compress(answer.content, 6))


async def calls(stack: Running) -> None:
    """Print the milliseconds of a step of the script and of an outcome, each with the page's new parts."""
    cookies = await browsing.signed_in(stack.addresses["desk"], "lead_gen/caller", "caller-3")
    address, took = stack.addresses["lead_gen"], dict[str, list[float]](step=[], outcome=[])
    async with httpx.AsyncClient(base_url=address, headers={**HTMX, "Cookie": cookies}, timeout=30) as browser:
        caller = stack.client("lead_gen", "caller", "caller-3")
        (await caller.post("/v1/calls/next", json={})).raise_for_status()
        page = (await browser.get("/desk/")).text
        for number in range(-5, TIMES):
            for path, more in (("step", {"go": "script"}), ("outcome", {"outcome": "no_answer"})):
                asked = {name: _field(page, name) for name in ("csrf", "item_id", "token")}
                started = time.perf_counter()
                answer = await browser.post(f"/desk/{path}", data={**asked, **more, "idempotency_key": str(uuid4())})
                if number >= 0:
                    took[path].append((time.perf_counter() - started) * 1000)
                answer.raise_for_status()
            page = (await browser.get("/desk/")).text
    for path, times in took.items():
        cuts = statistics.quantiles(times, n=100)
        print(f"call desk, {path:<17} {cuts[49]:7.1f} {cuts[98]:7.1f}")


def _field(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="')[1].split('"')[0]


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
        head = f"{'page':<28} {'p50':>7} {'p99':>7}   {'SQL p50':>8} {'ratio':>6} {'bytes':>8} {'gzip':>7}"
        print(f"{head}   milliseconds, aim 50")
        for page in pages:
            cookies = await browsing.signed_in(stack.addresses["desk"], _role(page), page.person)
            took, size, packed = await measured(stack, page, cookies)
            limit = statistics.median(await bare(stack, page))
            cuts = statistics.quantiles(took, n=100)
            ratio = cuts[49] / limit
            times = f"{cuts[49]:7.1f} {cuts[98]:7.1f}   {limit:8.2f} {ratio:6.1f}"
            print(f"{page.name:<28} {times} {size:8,} {packed:7,}")
        await calls(stack)
        for page in pages:
            address = f"{stack.addresses['desk']}{PREFIXES[page.tier]}{page.path}"
            felt = await browsing.felt(address, _role(page), page.person)
            print(f"{page.name:<28} {felt}")


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
