"""Tier 2 must not run dry between two shifts: what the supervisor sees, and the alarms that ring."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.lead_gen.actions.alarms import watch_supply
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import EnrolBatch


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[Tier1]:
    async with tier_1(await fresh_database("lead_gen_supply", tier=Tier.LEAD_GEN)) as tier:
        body = {"always_open": True, "managers_per_hour": 2, "stock_limit": 20, "window": 50, "batch": 50}
        (await tier.http.post("/v1/policies", json={"body": body})).raise_for_status()
        yield tier


async def stock(house: Tier1, count: int) -> None:
    await house.pool.execute(
        """INSERT INTO leads (id, company, tier, stage)
           SELECT gen_random_uuid(), 'L' || n, 'conversion', 'handed_over' FROM generate_series(1, $1::int) n""",
        count,
    )


async def shift(house: Tier1, begins: timedelta, hours: float, *, on: bool = False) -> None:
    now = datetime.now(UTC)
    await house.pool.execute("INSERT INTO callers (id, name) VALUES ('anna', 'Anna') ON CONFLICT DO NOTHING")
    await house.pool.execute(
        """INSERT INTO shifts (id, caller_id, starts_at, ends_at, signed_on_at)
           VALUES (gen_random_uuid(), 'anna', $1, $2, $3)""",
        now + begins,
        now + begins + timedelta(hours=hours),
        now + begins if on else None,
    )


async def look(house: Tier1) -> dict[str, Any]:
    return dict((await house.http.get("/v1/supply")).raise_for_status().json())


async def test_the_forecast_reaches_to_the_callers_next_shift(house: Tier1) -> None:
    await shift(house, -timedelta(hours=1), 3, on=True)
    await shift(house, timedelta(hours=24), 4)
    await stock(house, 10)
    seen = await look(house)
    assert seen["in_stock"] == 10
    assert seen["forecast"]["until"] == seen["next_shift"]
    assert seen["forecast"]["calling_hours"] == pytest.approx(2, abs=0.01)
    assert seen["capacity"] == 48
    assert seen["alarm"] == "drought"
    assert seen["forecast"]["runs_dry_at"] is not None


async def test_alarms_ring_once_and_end(house: Tier1) -> None:
    await shift(house, timedelta(hours=2), 4)
    for expected in ([("drought", False)], [("drought", False)]):
        await watch_supply(house.pool)
        items = (await house.http.get("/v1/alarms")).json()["items"]
        assert [(one["kind"], one["ended_at"] is not None) for one in items] == expected
    await stock(house, 21)
    await watch_supply(house.pool)
    items = (await house.http.get("/v1/alarms")).json()["items"]
    assert [(one["kind"], one["ended_at"] is not None) for one in items] == [("drought", True), ("glut", False)]
    assert len((await house.http.get("/v1/alarms?state=open")).json()["items"]) == 1


async def test_rates_are_learned_per_campaign_and_caller(house: Tier1) -> None:
    campaign = await house.campaign()
    lead = await house.lead("+380441230001")
    await house.pool.execute(
        """INSERT INTO calls (id, item_id, lead_id, campaign_id, attempt, caller, outcome, at)
           SELECT gen_random_uuid(), gen_random_uuid(), $1, $2, 1, CASE WHEN n % 2 = 0 THEN 'anna' ELSE 'borys' END,
                  CASE WHEN n % 2 = 0 THEN 'interested' ELSE 'no_answer' END, now() - n * interval '1 hour'
             FROM generate_series(1, 80) n""",
        lead,
        campaign,
    )
    seen = await look(house)
    rates = {one["caller"]: one["interested_per_hour"] for one in seen["callers"]}
    assert rates["anna"]["low"] > rates["borys"]["high"]
    assert seen["hours_of_work"] == 80
    assert [one["campaign_id"] for one in seen["campaigns"]] == [campaign]


async def enrolled(house: Tier1, campaign: str, tick: int) -> int:
    batch = await house.activities.enrol_batch(EnrolBatch(key=f"tick-{tick}", campaign_id=campaign, tick=tick))
    return batch.count


async def test_the_pace_of_a_campaign_follows_shifts_stock_and_alarms(house: Tier1) -> None:
    campaign = await house.campaign()
    for n in range(60):
        await house.lead(f"+3804412300{n:02d}")
    await shift(house, timedelta(hours=30), 4)
    # Nobody calls in the next hours: only enough for whoever comes early.
    assert await enrolled(house, campaign, 1) == 20
    await stock(house, 20)
    assert await enrolled(house, campaign, 2) == 0
    await house.pool.execute("DELETE FROM leads WHERE stage = 'handed_over'")
    await watch_supply(house.pool)
    assert await enrolled(house, campaign, 3) == 30
