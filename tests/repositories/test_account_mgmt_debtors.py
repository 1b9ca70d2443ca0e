"""Who owes most is found among those who can, and is the same as the invoices say, whatever is asked for."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from decimal import Decimal

import asyncpg
import pytest
import pytest_asyncio

from services.account_mgmt.domain.aged_debts import BOUNDS, DebtQuery
from services.account_mgmt.repository import aged_debts
from tests.fixtures.kept_3 import EACH, anything, customers_of, hire
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier

QUESTIONS = (
    {}, {"age": 1}, {"age": 2}, {"age": 4}, {"step": 0}, {"step": 2}, {"age": 3, "step": 1}, {"owner": "am-1"},
    {"owner": "nobody", "age": 1},
)  # fmt: skip


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_debtors", tier=Tier.ACCOUNT_MGMT)) as tier:
        await hire(tier)
        yield tier


async def counted_debtors(conn: asyncpg.Connection, query: DebtQuery) -> list[tuple[Decimal, str]]:
    """Everybody who owes what is asked for, from the invoices alone."""
    least, below = BOUNDS[query.age] if query.age else (0, None)
    rows = await conn.fetch(
        f"""SELECT sum(owed) AS total, customer_id FROM ({EACH}) e
             WHERE due_at < now() AND currency = $1 AND ($2::int IS NULL OR dunning = $2)
               AND due_at <= now() - make_interval(days => $3)
               AND ($4::int IS NULL OR due_at > now() - make_interval(days => $4))
               AND ($5 = '' OR account_manager = $5 OR $5 = 'nobody' AND account_manager IS NULL)
             GROUP BY 2 ORDER BY 1 DESC, 2 DESC""",
        query.currency,
        query.step,
        least,
        below,
        query.owner,
    )
    return [(row["total"], row["customer_id"]) for row in rows]


@pytest.mark.parametrize("seed", range(2))
async def test_who_owes_most_is_found_page_by_page_whatever_is_asked_for(
    house: Tier3, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aged_debts, "_AT_FIRST", 1)
    monkeypatch.setattr(aged_debts, "_TIMES_MORE", 2)
    dice = random.Random(seed)
    customers = await customers_of(house.pool, 25)
    async with house.pool.acquire() as conn:
        for _ in range(300):
            await anything(conn, dice, customers)
        async with conn.transaction(isolation="repeatable_read"):
            for question in QUESTIONS:
                query = DebtQuery(currency="UAH", **question)  # type: ignore[arg-type]
                found: list[tuple[Decimal, str]] = []
                while page := await aged_debts.debtors(conn, query, limit=3, after=found[-1] if found else None):
                    found += [(one.total, one.customer_id) for one in page]
                assert found == await counted_debtors(conn, query), question
