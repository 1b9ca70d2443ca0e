"""A workflow that failed or was terminated is forgotten once its record is over and nothing waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import httpx
import pytest_asyncio
from temporalio.client import Client

from leadrelay.check.databases import over
from services.chassis.db import Pool, new_id
from services.ops.failures import Failures
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import Tier1, tier_1
from tests.fixtures.tier_2 import Tier2, hand_over, tier_2
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts import ids
from workflows.contracts.base import Tier

CLOSE_WORK = "UPDATE work_items SET state = 'done', leased_by = NULL, lease_until = NULL WHERE workflow_id = $1"
SENT = "UPDATE outbox SET state = 'delivered', delivered_at = now() WHERE workflow_id = $1"


@pytest_asyncio.fixture(scope="module")
async def dsns(fresh_database: FreshDatabase) -> dict[str, str]:
    return {
        "lead_gen": await fresh_database("ended_1", tier=Tier.LEAD_GEN, policy="demo"),
        "conversion": await fresh_database("ended_2", tier=Tier.CONVERSION),
        "account_mgmt": await fresh_database("ended_3", tier=Tier.ACCOUNT_MGMT),
    }


@pytest_asyncio.fixture(scope="module")
async def floor(dsns: dict[str, str]) -> AsyncIterator[Tier1]:
    async with tier_1(dsns["lead_gen"]) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def board(dsns: dict[str, str]) -> AsyncIterator[Tier2]:
    async with tier_2(dsns["conversion"]) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def care(dsns: dict[str, str]) -> AsyncIterator[Tier3]:
    async with tier_3(dsns["account_mgmt"]) as tier:
        yield tier


async def ended(http: httpx.AsyncClient, *workflow_ids: str) -> list[str]:
    headers = auth("ops", "ops", "olena")
    answer = await http.get("/v1/ended", params={"workflow_id": list(workflow_ids)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def settled(pool: Pool, workflow_id: str) -> None:
    await pool.execute(CLOSE_WORK, workflow_id)
    await pool.execute(SENT, workflow_id)


async def test_a_lead_that_is_over_still_counts_while_work_or_an_answer_waits(
    floor: Tier1, dsns: dict[str, str]
) -> None:
    lead_id, _ = await floor.opened("+380445570101")
    cold_call = ids.cold_call(lead_id)
    await settled(floor.pool, cold_call)
    assert await ended(floor.http, cold_call) == []  # it is called
    await floor.pool.execute("UPDATE leads SET stage = 'lost' WHERE id = $1", lead_id)
    assert await ended(floor.http, cold_call, ids.cold_call(new_id()), "fit-timing") == [cold_call]
    assert await over(dsns, [cold_call, "catalogue"]) == {cold_call}
    for state in ("open", "leased"):
        leased = "leased_by = 'anna', lease_until = now()" if state == "leased" else "leased_by = NULL"
        await floor.pool.execute(f"UPDATE work_items SET state = $2, {leased} WHERE workflow_id = $1", cold_call, state)
        assert await ended(floor.http, cold_call) == []
    await settled(floor.pool, cold_call)
    for state in ("pending", "dead"):
        await floor.pool.execute(
            "INSERT INTO outbox (event_id, workflow_id, signal, payload, state) VALUES ($1, $2, 'cancel', '{}', $3)",
            f"late:{state}", cold_call, state,
        )  # fmt: skip
        assert await ended(floor.http, cold_call) == []
        await settled(floor.pool, cold_call)
    assert await ended(floor.http, cold_call) == [cold_call]


async def test_a_campaign_is_over_when_it_neither_runs_nor_is_paused(floor: Tier1) -> None:
    campaign_id = await floor.campaign()
    campaign = ids.campaign(campaign_id)
    for state, expected in (("running", []), ("paused", []), ("done", [campaign])):
        await floor.pool.execute("UPDATE campaigns SET state = $2 WHERE id = $1", campaign_id, state)
        await settled(floor.pool, campaign)
        assert await ended(floor.http, campaign) == expected


async def test_a_deal_is_over_when_it_is_closed_and_not_while_it_sleeps(board: Tier2) -> None:
    await board.only("inna")
    given = hand_over()
    await board.accepted("inna", given)
    lead_id = given.contact.lead_id
    conversion = ids.conversion(lead_id)
    await settled(board.pool, conversion)
    for stage, expected in (("asleep", []), ("lost", [conversion])):
        await board.pool.execute("UPDATE deals SET stage = $2 WHERE lead_id = $1", lead_id, stage)
        assert await ended(board.http, conversion) == expected
    erased = new_id()
    await board.pool.execute("INSERT INTO erased_leads VALUES ($1, now())", erased)
    assert await ended(board.http, ids.conversion(erased)) == [ids.conversion(erased)]


async def test_a_customer_is_over_when_lost_and_an_import_when_every_care_is_opened(care: Tier3) -> None:
    customer_id, _ = await care.customer()
    customer = ids.customer(customer_id)
    await settled(care.pool, customer)
    for state, expected in (("at_risk", []), ("opted_out", []), ("lost", [customer]), ("cancelled", [customer])):
        await care.pool.execute("UPDATE customers SET state = $2 WHERE id = $1", customer_id, state)
        assert await ended(care.http, customer) == expected
    assert await ended(care.http, ids.open_care(new_id())) == []


async def test_the_control_room_leaves_out_what_is_over(temporal: Client) -> None:
    gone, needed = f"conversion:{uuid4()}", f"conversion:{uuid4()}"
    for workflow_id in (gone, needed):
        handle = await temporal.start_workflow("Conversion", id=workflow_id, task_queue="ended-test")
        await handle.terminate("no longer needed")
    asked: set[str] = set()

    async def over(workflows: Sequence[tuple[str, str]]) -> set[str]:
        asked.update(workflow_id for workflow_id, _ in workflows)
        return {gone}

    failures = Failures()
    async with asyncio.timeout(30):  # what is listed follows what happened
        while not {gone, needed} <= asked:
            found = {one.workflow_id for one in await failures.read(temporal, over)}
            await asyncio.sleep(0.05)
    assert needed in found
    assert gone not in found
