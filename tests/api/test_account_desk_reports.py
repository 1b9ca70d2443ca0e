"""Tier 3's reports in a browser: figures that open their records, and what reminders bring."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.api.test_account_mgmt_reports import nudged
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.report_pages import every_figure_opens_what_it_counts, words
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier

VIEWS = ("nudges", "churn", "orders", "cross-sell", "overdue", "managers")


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_reports", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def boss(dsn: str) -> AsyncIterator[Desk3]:
    async with desk_3(dsn, "iryna", "supervisor") as desk:
        yield desk


async def test_every_figure_opens_exactly_the_records_that_it_counts(tier: Tier3, boss: Desk3) -> None:
    await nudged(tier, "ordered", opened_days_ago=1)
    await nudged(tier, "not_now", opened_days_ago=10, answered_days_ago=3)
    lost = await nudged(tier, "left", opened_days_ago=2)
    away = await nudged(tier, None, opened_days_ago=1)
    await tier.pool.execute("UPDATE invoices SET due_at = now() - interval '40 days' WHERE customer_id = $1", lost)
    await tier.pool.execute("UPDATE customers SET created_at = now() - interval '70 days'")
    await tier.pool.execute("UPDATE customers SET account_manager = NULL WHERE id = $1", lost)
    await tier.pool.execute("INSERT INTO held_out (customer_id, number) VALUES ($1, 7), ($2, 9)", away, lost)
    await tier.pool.execute(
        """INSERT INTO first_purchases (customer_id, product_id, placed_at, began_at, net, currency)
           SELECT $1, id, now() - interval '1 day', now() - interval '9 days', 10, 'UAH' FROM products""",
        away,
    )
    pages = [f"/desk/reports/{view}?span=90" for view in VIEWS]
    assert await every_figure_opens_what_it_counts(boss.http, "/accounts", pages) > 20
    page = words(await boss.page("reports/nudges", span="90"))
    assert "too few to tell" in page
    assert "Too early to say" in page
    file = await boss.http.get("/desk/reports/managers/managers.csv?span=90")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert "managers/managers" in words(await boss.page("reports/exports"))


async def test_when_reminders_bring_orders_the_page_says_so(tier: Tier3, boss: Desk3) -> None:
    await tier.pool.execute(
        """INSERT INTO customers (id, contact, account_manager, created_at)
           SELECT gen_random_uuid(), '{"lead_id": "x", "company": "C"}', 'oleh', now() - interval '90 days'
             FROM generate_series(1, 80)"""
    )
    await tier.pool.execute(
        """WITH made AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM customers),
             held AS (INSERT INTO held_out (customer_id, number, at)
                      SELECT id, 1, now() - interval '40 days' FROM made WHERE n > 40),
             sent AS (INSERT INTO nudges (item_id, customer_id, number, opened_at, answer_by)
                      SELECT gen_random_uuid(), id, 1, now() - interval '40 days', now() FROM made WHERE n <= 40)
           INSERT INTO orders (id, customer_id, number, source, total, tax, currency, placed_by, placed_at)
           SELECT gen_random_uuid(), id, 'T-' || n, 'own', 12, 2, 'UAH', 'oleh', now() - interval '30 days'
             FROM made WHERE n <= 30"""
    )
    page = words(await boss.page("reports/nudges", span="90"))
    assert "Reminders bring orders" in page
    assert "+75" in page


async def test_account_managers_do_not_see_the_reports(dsn: str) -> None:
    async with desk_3(dsn) as desk:
        for path in ("nudges", "managers/managers.csv", "records/orders", "exports"):
            await desk.page(f"reports/{path}", status=403)
