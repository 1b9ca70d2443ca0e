"""What lies with account managers: counted once a minute in a large house, and anew when customers change hands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from services.account_mgmt.actions import lately
from services.account_mgmt.actions.lately import count_lately
from services.account_mgmt.actions.portfolios import read_portfolios
from services.account_mgmt.domain.portfolios import Held
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Tier3]:
    monkeypatch.setattr(lately, "MANY_TASKS", 2)
    async with tier_3(await fresh_database("account_mgmt_lately", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def second(tier: Tier3) -> None:
    """Another account manager, whom nobody is assigned to before."""
    await tier.pool.execute("INSERT INTO account_managers (id, name, capacity) VALUES ('second', 'Second', 9)")


async def shown(tier: Tier3) -> dict[str, Held]:
    async with tier.pool.acquire() as conn:
        return {one.id: one for one in (await read_portfolios(conn, datetime.now(UTC))).people}


async def test_many_tasks_are_counted_once_a_minute_and_anew_when_customers_change_hands(tier: Tier3) -> None:
    first, _ = await tier.nudge()
    await tier.nudge()
    [owner] = [one for one in (await shown(tier)).values() if one.customers == 2]
    await count_lately(tier.pool)
    await tier.nudge()
    counted = (await shown(tier))[owner.id]
    assert (counted.customers, counted.open) == (2, 2)
    await second(tier)
    # What a supervisor sets is seen at once.
    await tier.pool.execute("UPDATE account_managers SET capacity = 77 WHERE id = $1", owner.id)
    assert (await shown(tier))[owner.id].capacity == 77
    body = {"account_manager": "second", "reason": "speaks Polish"}
    await tier.post(f"/v1/customers/{first}/assign", body, 200, headers=boss())
    now = await shown(tier)
    assert (now[owner.id].customers, now["second"].customers) == (2, 1)


async def test_few_tasks_are_counted_whenever_somebody_looks(tier: Tier3) -> None:
    await tier.nudge()
    await count_lately(tier.pool)
    await tier.nudge()
    assert [one.open for one in (await shown(tier)).values() if one.customers] == [2]


async def test_a_count_during_a_hand_over_is_not_kept(tier: Tier3) -> None:
    for _ in range(2):
        await tier.nudge()
    await second(tier)
    async with tier.pool.acquire() as conn:
        handing = conn.transaction()
        await handing.start()
        await conn.execute("UPDATE customers SET account_manager = 'second'")
        await lately.forget_lying(conn)
        counting = asyncio.create_task(count_lately(tier.pool))
        while not await tier.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not counting.done()
            await asyncio.sleep(0.01)
        await handing.commit()
        await counting
    assert (await shown(tier))["second"].customers == 2
