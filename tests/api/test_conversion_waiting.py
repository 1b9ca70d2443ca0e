"""Leads that wait: those whom nobody free can take hold up no others, and a look that finds nothing locks nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from services.chassis.db import new_id
from services.conversion.actions.routing import serve_waiting
from services.conversion.repository import managers
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2, whose
from workflows.contracts.base import Tier
from workflows.contracts.conversion import HandOver, OfferedDeal

_COPIES = """
WITH made AS (SELECT gen_random_uuid() AS deal, gen_random_uuid() AS item, gen_random_uuid() AS lead
                FROM generate_series(1, $2)),
deal AS (
    INSERT INTO deals (id, lead_id, workflow_id, stage, policy_version, contact, reason, offered_at)
    SELECT made.deal, made.lead, 'conversion:' || made.lead, d.stage, d.policy_version, d.contact, d.reason,
           d.offered_at
      FROM deals d, made WHERE d.id = $1),
item AS (
    INSERT INTO work_items (id, kind, key, workflow_id, lead_id, group_key)
    SELECT made.item, 'hand_over', made.item::text, 'conversion:' || made.lead, made.lead, 'supervisor' FROM made)
INSERT INTO hand_overs (item_id, deal_id, number, reason, priority, routing, offered_at, waiting)
SELECT made.item, made.deal, 1, h.reason, h.priority, h.routing, h.offered_at, true
  FROM hand_overs h, made WHERE h.deal_id = $1
"""


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_waiting", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager("pawel", languages=["pl"], capacity=0)
        await tier.manager("anna", languages=["uk"], capacity=0)
        yield tier


def speaking(language: str) -> HandOver:
    given = hand_over(new_id())
    return given.model_copy(update={"contact": given.contact.model_copy(update={"language": language})})


async def queue(tier: Tier2, unservable: int) -> OfferedDeal:
    """So many Polish leads, and behind them one that speaks Ukrainian."""
    polish = await tier.offered(speaking("pl"))
    await tier.pool.execute(_COPIES, polish.deal_id, unservable - 1)
    return await tier.offered(speaking("uk"))


async def capacity(tier: Tier2, manager: str, places: int) -> None:
    await tier.http.patch(f"/v1/managers/{manager}", json={"capacity": places}, headers=whose())


async def owner(tier: Tier2, offer: OfferedDeal) -> str | None:
    return str(await tier.pool.fetchval("SELECT manager FROM hand_overs WHERE item_id = $1", offer.item_id))


async def test_a_lead_behind_150_that_nobody_free_can_take_is_served(conversion: Tier2) -> None:
    last = await queue(conversion, 150)
    await capacity(conversion, "anna", 1)
    assert await serve_waiting(conversion.pool) == 1
    assert await owner(conversion, last) == "anna"


async def test_a_newcomer_does_not_overtake_one_who_waits_behind_250_others(conversion: Tier2) -> None:
    last = await queue(conversion, 250)
    await capacity(conversion, "anna", 1)
    assert (await conversion.offered(speaking("uk"))).waiting
    assert await serve_waiting(conversion.pool) == 1
    assert await owner(conversion, last) == "anna"


async def test_all_who_wait_are_served_in_the_end_a_hundred_at_a_look(conversion: Tier2) -> None:
    await queue(conversion, 150)
    await capacity(conversion, "pawel", 1000)
    assert [await serve_waiting(conversion.pool) for _ in range(3)] == [100, 50, 0]


async def test_nothing_is_locked_while_nobody_is_free(conversion: Tier2) -> None:
    await queue(conversion, 2)
    async with conversion.pool.acquire() as other, other.transaction():
        await managers.lock_routing(other)
        assert await asyncio.wait_for(serve_waiting(conversion.pool), 60) == 0
