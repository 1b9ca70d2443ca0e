"""Needs with their history, and other products with their evidence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, PRODUCT, Tier3, account_manager, boss, tier_3
from workflows.contracts.base import Tier
from workflows.contracts.fit_timing import LearnPairs

NAMES = ("ftl", "reefer", "customs", "store")


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_needs", tier=Tier.ACCOUNT_MGMT)) as tier:
        for name in NAMES[1:]:
            await tier.post("/v1/products", {**PRODUCT, "id": name, "name": name.title()}, headers=boss())
        yield tier


async def buyer(tier: Tier3, *products: str) -> str:
    customer_id, _ = await tier.customer()
    lines = [{**LINE, "product_id": product} for product in products]
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": lines})
    return customer_id


async def learn(tier: Tier3) -> int:
    return (await tier.activities.learn_pairs(LearnPairs(key=new_id()))).pairs


async def offered(tier: Tier3, customer_id: str) -> list[dict[str, Any]]:
    return list((await tier.get(f"/v1/customers/{customer_id}/suggestions"))["items"])


async def market(tier: Tier3) -> str:
    """Three who buy trucks and reefers, one trucks and storage, six storage alone; one who buys trucks only."""
    for _ in range(3):
        await buyer(tier, "ftl", "reefer")
    await buyer(tier, "ftl", "store")
    for _ in range(5):
        await buyer(tier, "store")
    await buyer(tier, "customs")
    customer_id = await buyer(tier, "ftl")
    assert await learn(tier) == 2
    return customer_id


async def test_what_such_customers_buy_too_is_suggested_with_its_evidence(tier: Tier3) -> None:
    """erpnext 13818, what was never bought: support, confidence and lift counted by hand.

    3 of 5 truck buyers have reefers, of all 11 three.
    """
    customer_id = await market(tier)
    [found] = await offered(tier, customer_id)
    assert (found["product_id"], found["because_of"], found["support"], found["buyers"]) == ("reefer", "ftl", 3, 5)
    assert found["confidence"] == pytest.approx(0.6)
    assert found["lift"] == pytest.approx(0.6 / (3 / 11))
    assert found["evidence"] == "3 of 5 customers with ftl buy it too (60%, of all customers 27%)"


async def test_never_again_takes_one_call_and_holds(tier: Tier3) -> None:
    customer_id = await market(tier)
    path = f"/v1/customers/{customer_id}/never-offer/reefer"
    for _ in range(2):
        answer = await tier.http.put(path, json={"reason": "bad experience"})
        assert [one["product_id"] for one in answer.json()["items"]] == ["reefer"]
    assert await offered(tier, customer_id) == []
    assert (await tier.get(f"/v1/customers/{customer_id}/card"))["never_offer"] == ["reefer"]
    await learn(tier)
    assert await offered(tier, customer_id) == []
    assert (await tier.http.delete(path)).status_code == 204
    assert len(await offered(tier, customer_id)) == 1
    assert (await tier.http.put(f"/v1/customers/{customer_id}/never-offer/none")).status_code == 422
    assert (await tier.http.put(path, headers=account_manager("larysa"))).status_code == 403


async def test_what_they_said_they_need_comes_first_and_what_is_gone_never(tier: Tier3) -> None:
    customer_id = await market(tier)
    need = await tier.post(
        f"/v1/customers/{customer_id}/needs", {"text": "clearance at Yahodyn", "product_id": "customs"}
    )
    first, second = await offered(tier, customer_id)
    assert (first["product_id"], first["evidence"]) == ("customs", "they said: clearance at Yahodyn")
    assert second["product_id"] == "reefer"
    await tier.http.patch(f"/v1/needs/{need['id']}", json={"state": "gone", "note": "they clear themselves"})
    assert [one["product_id"] for one in await offered(tier, customer_id)] == ["reefer"]


async def test_a_product_that_is_not_sold_any_more_is_not_suggested(tier: Tier3) -> None:
    customer_id = await market(tier)
    await tier.http.patch("/v1/products/reefer", json={"active": False}, headers=boss())
    assert await offered(tier, customer_id) == []


async def test_a_need_keeps_everything_that_became_of_it(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    need = await tier.post(f"/v1/customers/{customer_id}/needs", {"text": "two trucks a week"})
    path = f"/v1/needs/{need['id']}"
    assert (await tier.http.patch(path, json={"text": "three trucks a week"})).status_code == 200
    changed = (await tier.http.patch(path, json={"state": "met", "note": "order LR-17"})).json()
    assert (changed["state"], changed["text"]) == ("met", "three trucks a week")
    history = [(one["state"], one["text"], one["note"], one["by"]) for one in changed["history"]]
    assert history == [
        ("open", "two trucks a week", None, "oleh"),
        ("open", "three trucks a week", None, "oleh"),
        ("met", "three trucks a week", "order LR-17", "oleh"),
    ]
    listed = await tier.get(f"/v1/customers/{customer_id}/needs?state=open")
    assert listed["items"] == []
    assert (await tier.http.patch(path, json={})).status_code == 422
    assert (await tier.http.patch(path, json={"state": "met"}, headers=account_manager("larysa"))).status_code == 403
    assert (await tier.http.patch(f"/v1/needs/{new_id()}", json={"state": "met"})).status_code == 404


async def test_people_of_a_customer_are_on_its_card(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    path = f"/v1/customers/{customer_id}/people"
    body = {"name": "Iryna", "role": "accountant", "phones": ["+380501112233"], "language": "uk"}
    person = await tier.post(path, body)
    card = await tier.get(f"/v1/customers/{customer_id}/card")
    assert [one["role"] for one in card["people"]] == ["first contact", "accountant"]
    refused = await tier.post(path, {**body, "phones": ["050 111 22 33"]}, 422)
    assert refused["errors"][0]["field"].startswith("phones")
    assert (await tier.http.delete(f"{path}/{person['id']}")).status_code == 204
    assert (await tier.http.delete(f"{path}/{person['id']}")).status_code == 404
    assert (await tier.get(path))["items"] == []
