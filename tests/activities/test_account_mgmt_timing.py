"""What is learned from the orders, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, nudge_request, tier_3
from workflows.contracts.base import Tier
from workflows.contracts.fit_timing import RunFit

DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_timing", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def forecast(tier: Tier3, customer_id: str) -> dict[str, Any]:
    row = await tier.pool.fetchrow("SELECT * FROM forecasts WHERE customer_id = $1", customer_id)
    return dict(row or {})


async def test_everybody_is_predicted_once_a_night(tier: Tier3) -> None:
    await tier.regular_buyers()
    gone, due = await tier.bought([400, 430, 460, 490]), await tier.bought([29, 59, 89, 119, 149])
    fitted = [await tier.activities.fit_timing(RunFit(key="fit-timing:fit:1")) for _ in range(2)]
    assert fitted[0] == fitted[1]
    assert fitted[0].customers == 62
    assert await tier.pool.fetchval("SELECT count(*) FROM timing_fits") == 1
    assert (await forecast(tier, gone))["p_alive"] < 0.2 < 0.6 < (await forecast(tier, due))["p_alive"]
    found = await forecast(tier, due)
    assert found["expected_low"] <= found["expected_at"] <= found["expected_high"]
    assert found["expected_at"] < datetime.now(UTC) + 12 * DAY


async def test_an_order_moves_the_forecast_and_the_nudge_at_once(tier: Tier3) -> None:
    await tier.regular_buyers()
    customer_id = await tier.bought([31, 61, 91, 121, 151])
    await tier.activities.fit_timing(RunFit(key="fit:1"))
    before = await forecast(tier, customer_id)
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]})
    after = await forecast(tier, customer_id)
    assert after["expected_at"] > before["expected_at"] + 10 * DAY
    planned = await tier.pool.fetchval("SELECT next_nudge_at FROM customers WHERE id = $1", customer_id)
    assert abs(planned - after["expected_at"]) < 8 * DAY
    card = await tier.get(f"/v1/customers/{customer_id}/card")
    assert card["rhythm"]["p_alive"] > 0.5 and card["rhythm"]["between"] is not None


async def test_the_days_list_begins_with_whom_most_is_expected_of(tier: Tier3) -> None:
    await tier.regular_buyers()
    rich, poor = await tier.bought([30, 60, 90, 120], "90000.00"), await tier.bought([30, 60, 90, 120], "30.00")
    for customer_id in (poor, rich):
        await tier.activities.open_nudge(nudge_request(customer_id))
    await tier.activities.fit_timing(RunFit(key="fit:1"))
    first = await tier.get("/v1/nudges?limit=1")
    second = await tier.get(f"/v1/nudges?limit=1&after={first['next']}")
    assert [page["items"][0]["customer_id"] for page in (first, second)] == [rich, poor]
    assert float(first["items"][0]["expected_value"]) > float(second["items"][0]["expected_value"])


async def test_without_orders_nothing_is_learned_and_says_so(tier: Tier3) -> None:
    fitted = await tier.activities.fit_timing(RunFit(key="fit:1"))
    assert fitted.customers == 0
    assert fitted.next_at > datetime.now(UTC) + timedelta(hours=20)
