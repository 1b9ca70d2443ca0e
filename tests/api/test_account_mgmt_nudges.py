"""What customers answer to a reorder nudge, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, account_manager, in_days, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_nudges", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def answer(tier: Tier3, item_id: str, body: dict[str, Any], status: int = 200, **more: Any) -> Any:
    return await tier.post(f"/v1/nudges/{item_id}/outcome", body, status=status, **more)


async def test_the_list_shows_a_nudge_with_all_that_the_call_needs(tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    listed = (await tier.get("/v1/nudges?state=open&mine=true&limit=200"))["items"]
    nudge = next(item for item in listed if item["item_id"] == item_id)
    assert nudge["card"]["bought"][0]["description"] == "Full truck"
    assert nudge["card"]["why_now"]
    assert nudge["card"]["say"]
    assert nudge["customer_id"] == customer_id


async def test_an_order_is_taken_and_told_once(tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    taken = await answer(tier, item_id, {"outcome": "ordered", "lines": [LINE]})
    assert taken["order"]["total"]["amount"] == "120.00"
    assert taken["next_nudge_at"]
    again = await answer(tier, item_id, {"outcome": "ordered", "lines": [LINE]}, status=409)
    assert again["code"] == "already_closed"
    assert await tier.signals(customer_id) == ["nudge_answered"]
    assert len((await tier.get(f"/v1/customers/{customer_id}/orders"))["items"]) == 2


async def test_later_is_asked_again_at_the_time_the_customer_named(tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    moment = in_days(40)
    taken = await answer(tier, item_id, {"outcome": "later", "next_at": moment})
    assert taken["next_nudge_at"][:19] == moment[:19]
    assert (await tier.get(f"/v1/customers/{customer_id}"))["next_nudge_at"][:19] == moment[:19]


async def test_a_complaint_puts_the_customer_at_risk_and_becomes_work(tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await answer(tier, item_id, {"outcome": "complaint", "note": "the truck was late"})
    assert (await tier.get(f"/v1/customers/{customer_id}"))["state"] == "at_risk"
    work = [w for w in (await tier.get("/v1/work?limit=200"))["items"] if w["customer_id"] == customer_id]
    assert [w["kind"] for w in work] == ["complaint"]
    await tier.post(f"/v1/work/{work[0]['item_id']}/done", {}, status=200)
    await tier.post(f"/v1/work/{work[0]['item_id']}/done", {}, status=409)


async def test_a_customer_who_left_is_lost(tier: Tier3) -> None:
    customer_id, item_id = await tier.nudge()
    await answer(tier, item_id, {"outcome": "left"})
    customer = await tier.get(f"/v1/customers/{customer_id}")
    assert (customer["state"], customer["next_nudge_at"]) == ("lost", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"outcome": "ordered"}, "lines"),
        ({"outcome": "later"}, "next_at"),
        ({"outcome": "later", "next_at": "2020-01-01T10:00:00+02:00"}, "next_at"),
        ({"outcome": "later", "next_at": "2027-01-01T10:00:00"}, "next_at"),
        ({"outcome": "complaint", "lines": [LINE]}, "lines"),
        ({"outcome": "maybe"}, "outcome"),
        ({}, "outcome"),
    ],
)
async def test_a_wrong_answer_names_its_field_and_changes_nothing(tier: Tier3, body: Any, field: str) -> None:
    _, item_id = await tier.nudge()
    before = await tier.counts()
    problem = await answer(tier, item_id, body, status=422)
    assert field in str(problem["errors"])
    assert await tier.counts() == before
    state = await tier.pool.fetchval("SELECT state FROM work_items WHERE id = $1", item_id)
    assert state == "open"


async def test_another_managers_nudge_is_not_answered(tier: Tier3) -> None:
    _, item_id = await tier.nudge()
    body = {"outcome": "ordered", "lines": [LINE]}
    problem = await answer(tier, item_id, body, status=403, headers=account_manager("somebody-else"))
    assert problem["code"] == "not_owner"


async def test_an_unknown_nudge_is_not_found(tier: Tier3) -> None:
    await answer(tier, new_id(), {"outcome": "left"}, status=404)
