"""The customer card, the day's list and the reports at a million orders: `python -m bench.card [ORDERS]`.

Starts a stack in a temporary directory and fills its database by SQL: ten orders per customer, and a thousand for one
customer in a thousand. The limit is a bare look-up of one customer by key through asyncpg, at the same rate.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time

import asyncpg

from bench.claims import line, paced, ratio
from bench.stack import Running, running_stack
from services.account_mgmt.actions import forecasts
from services.account_mgmt.repository import suggestions
from services.chassis.db import create_pool, init_connection

ORDERS = 1_000_000
PER_CUSTOMER = 10
MANAGERS = 50
RATE = 50
COUNT = 1_000

CUSTOMERS = """
INSERT INTO customers (id, contact, segment, state, account_manager, next_nudge_at, created_at)
SELECT id, jsonb_build_object('lead_id', id, 'company', 'Company ' || n, 'phones', '["+380441234567"]'::jsonb,
                              'language', 'uk', 'timezone', 'Europe/Kyiv', 'size', '11-50', 'industry', 'steel'),
       'freight', CASE WHEN n % 20 = 0 THEN 'at_risk' ELSE 'active' END, 'am-' || lpad((n % $2)::text, 3, '0'),
       now() + (n % 30) * interval '1 day', now() - interval '900 days'
  FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, $1) n) made
"""
ORDERED = """
INSERT INTO orders (id, customer_id, number, source, total, tax, currency, placed_by, placed_at)
SELECT gen_random_uuid(), c.id, 'B-' || row_number() OVER (), 'own', 1200, 200, 'UAH', 'bench',
       now() - (k * 31 + r.n % 17) * interval '1 day'
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM customers) r JOIN customers c USING (id)
 CROSS JOIN LATERAL generate_series(1, CASE WHEN r.n % 1000 = 0 THEN 1000 ELSE $1 END) k
"""
LINES = """
INSERT INTO order_lines (order_id, position, product_id, description, quantity, unit_price, tax_percent, net, tax)
SELECT o.id, p, (ARRAY['FTL-20', 'FTL-EU', 'LTL', 'REEFER', 'CUSTOMS', 'STORE'])[1 + (hashtext(o.id::text || p) & 1023)
       % CASE WHEN hashtext(o.customer_id::text) % 2 = 0 THEN 2 ELSE 6 END], 'Line ' || p, 1, 500, 20, 500, 100
  FROM orders o CROSS JOIN generate_series(1, 2) p
"""
INVOICED = """
INSERT INTO invoices (id, number, entity, order_id, customer_id, state, total, paid, currency, issued_at, due_at)
SELECT gen_random_uuid(), 'B-' || number, 'LR', id, customer_id, CASE WHEN late THEN 'open' ELSE 'paid' END, total,
       CASE WHEN late THEN 0 ELSE total END, currency, placed_at, placed_at + interval '14 days'
  FROM (SELECT *, placed_at > now() - interval '40 days' AS late FROM orders) o
"""
PAID = """
INSERT INTO payments (id, invoice_id, amount, reference, paid_at, taken_by)
SELECT gen_random_uuid(), id, total, 'bench', issued_at + interval '12 days', 'bench' FROM invoices WHERE state = 'paid'
"""
NUDGED = """
WITH made AS (SELECT gen_random_uuid() AS item, id, account_manager FROM customers WHERE state = 'active' LIMIT 20000),
items AS (INSERT INTO work_items (id, kind, key, workflow_id, lead_id, assignee)
          SELECT item, 'nudge', 'bench:' || id, 'customer:' || id, id, account_manager FROM made)
INSERT INTO nudges (item_id, customer_id, number, answer_by) SELECT item, id, 1, now() + interval '2 days' FROM made
"""


async def fill(conn: asyncpg.Connection, orders: int) -> list[str]:
    """Insert account managers, and customers with orders, invoices and payments. Returns the ids of some customers."""
    await conn.execute("SET statement_timeout = 0")
    await conn.execute(
        """INSERT INTO account_managers (id, name, capacity)
           SELECT 'am-' || lpad(n::text, 3, '0'), 'Account manager ' || n, 100000 FROM generate_series(0, $1 - 1) n""",
        MANAGERS,
    )
    await conn.execute(CUSTOMERS, orders // PER_CUSTOMER, MANAGERS)
    await conn.execute(ORDERED, PER_CUSTOMER)
    for statement in (LINES, INVOICED, PAID, NUDGED, "ANALYZE"):
        await conn.execute(statement)
    rows = await conn.fetch("SELECT id FROM customers ORDER BY random() LIMIT $1", COUNT)
    return [str(row["id"]) for row in rows]


async def nightly_learning(stack: Running) -> None:
    """What is learned every night, done now: the workflow's timer is a day away."""
    conn = await asyncpg.connect(stack.dsn("account_mgmt"))
    pool = await create_pool(stack.dsn("account_mgmt"), application_name="bench", max_size=4)
    for name, work in (
        ("fit and forecasts", forecasts.fit_all(pool)),
        ("product pairs", suggestions.learn_pairs(conn)),
    ):
        await init_connection(conn)
        await conn.execute("SET statement_timeout = 0")
        began = time.perf_counter()
        await work
        print(f"{name}: {time.perf_counter() - began:.1f} s")
    await pool.close()
    await conn.close()


async def rest(stack: Running, customers: list[str]) -> dict[str, list[float]]:
    """Cards at the full rate, then day's lists, then reports."""
    clients = [stack.client("account_mgmt", "account_manager", f"am-{n:03}") for n in range(MANAGERS)]
    supervisor = stack.client("account_mgmt", "supervisor", "iryna")
    dice = random.Random(1)

    async def card(number: int) -> None:
        one = customers[number % len(customers)]
        (await dice.choice(clients).get(f"/v1/customers/{one}/card")).raise_for_status()

    async def listed(_: int) -> None:
        (await dice.choice(clients).get("/v1/nudges?mine=true&limit=20")).raise_for_status()

    await paced(200, RATE, card)
    found = {"card": await paced(COUNT, RATE, card), "day's list, first 20 with cards": await paced(100, 4, listed)}
    for name in ("account-managers", "nudges", "money", "churn", "cross-sell"):
        began = time.perf_counter()
        (await supervisor.get(f"/v1/reports/{name}")).raise_for_status()
        print(f"report {name}: {(time.perf_counter() - began) * 1000:.0f} ms")
    return found


async def bare(dsn: str, customers: list[str]) -> list[float]:
    """One customer by key, and nothing else."""
    pool = await asyncpg.create_pool(dsn, init=init_connection, min_size=10, max_size=10)

    async def look(number: int) -> None:
        await pool.fetchrow("SELECT * FROM customers WHERE id = $1", customers[number % len(customers)])

    took = await paced(COUNT, RATE, look)
    await pool.close()
    return took


async def main(orders: int) -> None:
    """Print the figures."""
    async with running_stack({}) as stack:
        conn = await asyncpg.connect(stack.dsn("account_mgmt"))
        await init_connection(conn)
        customers = await fill(conn, orders)
        count = await conn.fetchval("SELECT count(*) FROM orders")
        most = await conn.fetchval("SELECT customer_id FROM orders GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        await conn.close()
        await nightly_learning(stack)
        found = await rest(stack, customers)
        found["card with 1,000 orders"] = await largest_card(stack, str(most))
        limit = await bare(stack.dsn("account_mgmt"), customers)
    print(f"{count:,} orders, {MANAGERS} account managers, {RATE} requests a second")
    for name, took in found.items():
        print(line(name, took))
    print(line("bare look-up by key", limit))
    print(f"card / bare look-up, medians: {ratio(found['card'], limit)}")


async def largest_card(stack: Running, customer_id: str) -> list[float]:
    """The card of the customer with the most orders."""
    supervisor = stack.client("account_mgmt", "supervisor", "iryna")

    async def card(_: int) -> None:
        (await supervisor.get(f"/v1/customers/{customer_id}/card")).raise_for_status()

    return await paced(100, 10, card)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS))
