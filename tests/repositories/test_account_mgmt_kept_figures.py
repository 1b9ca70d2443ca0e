"""What is kept of open money and first orders equals the records, whatever happens, in whatever order and at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from services.account_mgmt.repository.open_money import open_rows, pack
from tests.fixtures.kept_3 import EACH, LIMITS, anything, customers_of, hire, invoice
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier

SUMS = "sum(invoices) AS invoices, sum(total) AS total, sum(owed) AS owed"
KIND = "account_manager, currency, due_on, dunning, collected, paused_until"
AGE = " + ".join(f"(due_at < now() - make_interval(days => {limit}))::int" for limit in LIMITS)
PAIRS = (
    (
        f"SELECT {KIND}, {SUMS} FROM open_money GROUP BY {KIND} HAVING sum(invoices) <> 0 OR sum(owed) <> 0",
        f"SELECT {KIND}, {SUMS} FROM ({EACH}) e GROUP BY {KIND}",
    ),
    (
        f"""SELECT account_manager, currency, {AGE} AS age, {SUMS} FROM {open_rows(LIMITS, by_manager=True)} m
             GROUP BY 1, 2, 3 HAVING sum(invoices) <> 0""",
        f"SELECT account_manager, currency, {AGE} AS age, {SUMS} FROM ({EACH}) e GROUP BY 1, 2, 3",
    ),
    (
        "SELECT customer_id, currency, invoices, owed FROM debts",
        f"SELECT customer_id, currency, count(*), sum(greatest(owed, 0)) FROM ({EACH}) e GROUP BY 1, 2",
    ),
    (
        "SELECT customer_id, placed_at FROM first_orders WHERE placed_at IS NOT NULL",
        "SELECT customer_id, min(placed_at) FROM orders WHERE state = 'placed' GROUP BY 1",
    ),
)


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_open_money", tier=Tier.ACCOUNT_MGMT)) as tier:
        await hire(tier)
        yield tier


async def assert_equal(conn: asyncpg.Connection | asyncpg.Pool) -> None:
    for kept, counted in PAIRS:
        differ = await conn.fetch(f"(({kept}) EXCEPT ALL ({counted})) UNION ALL (({counted}) EXCEPT ALL ({kept}))")
        assert not differ, kept
    assert not await conn.fetch(
        """SELECT * FROM debtors d JOIN customers c ON c.id = d.customer_id
            WHERE c.account_manager IS DISTINCT FROM d.account_manager"""
    )


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_kept_equals_the_invoices_after_any_history(house: Tier3, seed: int) -> None:
    dice = random.Random(seed)
    customers = await customers_of(house.pool, 6)
    async with house.pool.acquire() as conn:
        for number in range(200):
            transaction = conn.transaction()
            await transaction.start()
            await anything(conn, dice, customers)
            await (transaction.rollback if dice.randrange(8) == 0 else transaction.commit)()
            if number % 10 == 0:
                await assert_equal(conn)
        await assert_equal(conn)
        await pack(conn)
        await assert_equal(conn)
        assert await conn.fetchval(f"SELECT count(*) = count(DISTINCT ({KIND})) FROM open_money")
        assert await conn.fetchval("SELECT sum(invoices) FROM open_money") > 0


async def test_many_who_write_at_once_are_all_counted(house: Tier3) -> None:
    customers = await customers_of(house.pool, 4)

    async def somebody(seed: int) -> None:
        dice = random.Random(seed)
        async with house.pool.acquire() as conn:
            for _ in range(60):
                async with conn.transaction():
                    await anything(conn, dice, customers)

    await asyncio.gather(*(somebody(seed) for seed in range(6)))
    await assert_equal(house.pool)


async def overlapped(house: Tier3, first: Any, second: Any) -> None:
    """The second begins while the first has not committed, and waits for it."""
    async with house.pool.acquire() as one, house.pool.acquire() as two:
        transaction = one.transaction()
        await transaction.start()
        await first(one)
        waits = asyncio.create_task(second(two))
        while not await house.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not waits.done()
            await asyncio.sleep(0.01)
        await transaction.commit()
        await waits
    await assert_equal(house.pool)


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("comes_first", ["invoice", "hand-over"])
async def test_an_invoice_of_a_customer_who_changes_hands_meanwhile_is_counted_with_the_new_one(
    house: Tier3, comes_first: str, is_known: bool
) -> None:
    [customer], dice = await customers_of(house.pool, 1), random.Random(1)
    if is_known:
        await invoice(house.pool, customer, dice)

    async def add(conn: asyncpg.Connection) -> None:
        await invoice(conn, customer, dice)

    async def hand_over(conn: asyncpg.Connection) -> None:
        await conn.execute("UPDATE customers SET account_manager = 'am-2' WHERE id = $1", customer)

    acts: list[Callable[[asyncpg.Connection], Coroutine[Any, Any, None]]] = [add, hand_over]
    await overlapped(house, *(acts if comes_first == "invoice" else reversed(acts)))
    whose = "SELECT account_manager FROM open_money GROUP BY 1 HAVING sum(invoices) > 0"
    assert [row[0] for row in await house.pool.fetch(whose)] == ["am-2"]


async def test_a_first_order_that_is_cancelled_while_a_further_one_is_written_gives_way_to_it(house: Tier3) -> None:
    [customer], dice = await customers_of(house.pool, 1), random.Random(1)
    await invoice(house.pool, customer, dice)

    async def add(conn: asyncpg.Connection) -> None:
        await conn.execute(
            """INSERT INTO orders (id, customer_id, number, source, total, tax, currency, placed_by)
               VALUES (gen_random_uuid(), $1, 'further', 'own', 1, 0, 'UAH', 'test')""",
            customer,
        )

    async def cancel(conn: asyncpg.Connection) -> None:
        await conn.execute("UPDATE orders SET state = 'cancelled' WHERE customer_id = $1", customer)

    await overlapped(house, add, cancel)
    first = "SELECT number FROM first_orders JOIN orders USING (customer_id, placed_at)"
    assert [row[0] for row in await house.pool.fetch(first)] == ["further"]


async def test_payments_of_different_customers_do_not_wait_for_each_other(house: Tier3) -> None:
    customers, dice = await customers_of(house.pool, 2), random.Random(1)
    for customer in customers:
        await invoice(house.pool, customer, dice)
    pay = "UPDATE invoices SET paid = 1 WHERE customer_id = $1"
    async with house.pool.acquire() as one, house.pool.acquire() as two:
        for conn, customer in zip((one, two), customers, strict=True):
            await conn.execute("BEGIN; SET LOCAL lock_timeout = '2s'")
            await conn.execute(pay, customer)
        await pack(house.pool)  # type: ignore[arg-type]
        for conn in (one, two):
            await conn.execute("COMMIT")
    await assert_equal(house.pool)
