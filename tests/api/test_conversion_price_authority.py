"""Nobody sells below their authority: not by an offer, not by a sale without one, and not by an offer that is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, Tier2, in_days, tier_2, whose
from workflows.contracts.base import Money, Tier
from workflows.contracts.catalogue import CatalogueItem, CataloguePage, CataloguePrice

ANNA = "anna"


def product(product_id: str, name: str, price: str) -> CatalogueItem:
    prices = [CataloguePrice(price=Money(amount=Decimal(price)))]
    return CatalogueItem(product_id=product_id, version=1, names={"": name}, prices=prices)


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_authority", tier=Tier.CONVERSION)) as tier:
        await tier.manager(ANNA, capacity=1000)
        items = [product("FTL", "Full truck", "1000.00"), product("DOC", "Documents", "10.00")]
        await tier.activities.take_catalogue(CataloguePage(items=items, upto=2))
        yield tier


async def qualified(tier: Tier2) -> str:
    deal = await tier.accepted(ANNA)
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, ANNA)
    return f"/v1/deals/{deal['id']}"


def line(product_id: str | None = "FTL", price: str = "1000.00", quantity: str = "10", **more: Any) -> dict[str, Any]:
    money = {"amount": price, "currency": more.pop("currency", "UAH")}
    known = {"product_id": product_id} if product_id else {}
    return {**known, "description": "Full truck", "quantity": quantity, "unit_price": money, **more}


async def offered(tier: Tier2, path: str, *lines: dict[str, Any], person: str = ANNA, **body: Any) -> dict[str, Any]:
    return await tier.post(f"{path}/offers", {"lines": list(lines), **body}, person, status=201)


async def won(tier: Tier2, path: str, person: str = ANNA, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await tier.http.post(f"{path}/win", json=body, headers=whose(person))
    return answer.status_code, answer.json()


BELOW = {
    "a lower price": [line(price="100.00")],
    "another currency": [line(price="1.00", currency="USD")],
    "a dear line beside it": [line(price="100.00"), line(None, "99999.00", description="Insurance")],
    "a dear product beside it": [line(price="100.00"), line("DOC", "99999.00", description="Documents")],
    "the product in free words": [line(None, "100.00", description="FULL-truck  22 t")],
    "an unknown number": [line("ftl-x", "100.00")],
    "another product's number": [line("DOC", "10.00")],
    "a gift": [line(None, "0.00", description="Something nice")],
    "pieces": [line(price="899.99", quantity="1") for _ in range(10)],
    "digits for letters": [line(None, "100.00", description="Fu11 truck")],
    "a number at the number": [line(None, "100.00", description="FTL1")],
    "ten for the price of one": [line(None, quantity="1", description="10 x Full truck")],
    "ten of a product for the price of one": [line(quantity="1", description="Ten full trucks")],
    "no tax": [line(tax_percent="0")],
    "its own discount": [line(discount_percent="10.01")],
}


@pytest.mark.parametrize("way", BELOW)
async def test_what_is_sold_below_the_limit_waits_for_a_supervisor_and_is_not_won_without(
    tier: Tier2, way: str
) -> None:
    path = await qualified(tier)
    status, told = await won(tier, path, lines=BELOW[way])
    assert (status, told["code"]) == (409, "above_limit")
    assert "make an offer, and ask for its approval" in told["detail"] and told["reasons"]
    assert (await offered(tier, path, *BELOW[way]))["state"] == "awaiting_approval"
    status, told = await won(tier, path, lines=BELOW[way])
    assert (status, told["code"]) == (409, "above_limit")
    assert (await tier.get(path, ANNA))["stage"] != "won"


async def test_a_sale_within_the_limit_needs_nobody_and_is_the_lines_to_the_cent(tier: Tier2) -> None:
    status, deal = await won(tier, await qualified(tier), lines=[line(price="950.00")], discount_percent="5")
    assert (status, deal["value"]["amount"]) == (200, "9025.00")


async def test_a_supervisor_sells_by_a_limit_of_their_own(tier: Tier2) -> None:
    assert (await won(tier, await qualified(tier), "", lines=[line(price="699.99")]))[0] == 409
    assert (await won(tier, await qualified(tier), "", lines=[line(price="700.00")]))[0] == 200


async def test_an_approved_offer_is_won_at_its_price_and_no_other(tier: Tier2) -> None:
    path = await qualified(tier)
    offer = await offered(tier, path, line(price="500.00"))
    status, told = await won(tier, path)
    assert (status, told["code"]) == (409, "awaiting_approval")
    await tier.post(f"/v1/offers/{offer['id']}/approve", {})
    assert (await won(tier, path, lines=[line(price="500.00", quantity="20")]))[0] == 409
    status, deal = await won(tier, path)
    assert (status, deal["value"]["amount"]) == (200, "5000.00")


async def test_an_offer_that_is_made_again_after_an_approval_is_judged_again(tier: Tier2) -> None:
    path = await qualified(tier)
    offer = await offered(tier, path, line(price="500.00"))
    await tier.post(f"/v1/offers/{offer['id']}/approve", {})
    assert (await offered(tier, path, line(price="500.00")))["state"] == "awaiting_approval"


async def test_nobody_orders_by_an_offer_that_has_expired(tier: Tier2) -> None:
    path = await qualified(tier)
    offer = await offered(tier, path, line(), valid_until=in_days(1))
    # Its time is over, and the worker that closes it has not been by.
    await tier.pool.execute("UPDATE offers SET valid_until = now() - interval '1 second' WHERE id = $1", offer["id"])
    for body in ({}, {"offer_id": offer["id"]}):
        status, told = await won(tier, path, **body)
        assert (status, told["code"]) == (409, "offer_expired")
    await tier.pool.execute("UPDATE offers SET state = 'expired' WHERE id = $1", offer["id"])
    assert (await won(tier, path))[1]["code"] == "offer_expired"


async def test_of_several_open_offers_the_sale_asks_which(tier: Tier2) -> None:
    path = await qualified(tier)
    first = await offered(tier, path, line(price="900.00"))
    await tier.post(f"/v1/offers/{first['id']}/accept", {}, ANNA)
    second = await offered(tier, path, line(quantity="20"))
    status, told = await won(tier, path)
    assert (status, told["code"]) == (409, "which_offer")
    assert [(one["version"], one["net"]) for one in told["offers"]] == [(1, "9000.00"), (2, "20000.00")]
    status, deal = await won(tier, path, offer_id=second["id"])
    assert (status, deal["value"]["amount"]) == (200, "20000.00")
    states = {one["id"]: one["state"] for one in deal["offers"]}
    assert (states[first["id"]], states[second["id"]]) == ("accepted", "accepted")


async def test_an_offer_of_another_deal_or_one_that_was_replaced_carries_no_sale(tier: Tier2) -> None:
    path, other = await qualified(tier), await qualified(tier)
    replaced = await offered(tier, path, line())
    await offered(tier, path, line(quantity="2"))
    foreign = await offered(tier, other, line())
    assert (await won(tier, path, offer_id=replaced["id"]))[1]["code"] == "offer_superseded"
    status, told = await won(tier, path, offer_id=foreign["id"])
    assert (status, told["errors"][0]["field"]) == (422, "offer_id")
    assert (await won(tier, path, offer_id=foreign["id"], lines=[line()]))[0] == 422


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "tax", "net", "total"),
    [
        ("100000", "0.03", "10", "0", "2700.00", "2700.00"),
        ("100000", "0.06", "10", "0", "5400.00", "5400.00"),
        ("16", "348.35", "4", "22", "5350.66", "6527.81"),
    ],
)
async def test_offer_sale_and_order_come_to_the_same(
    tier: Tier2, quantity: str, price: str, discount: str, tax: str, net: str, total: str
) -> None:
    path = await qualified(tier)
    free = line(None, price, quantity, description="kg", tax_percent=tax)
    offer = await offered(tier, path, free, discount_percent=discount)
    assert (offer["state"], offer["net"]["amount"], offer["total"]["amount"]) == ("sent", net, total)
    assert offer["effective_discount"] == f"{discount}.00"
    assert Decimal(offer["discount"]["amount"]) == Decimal(offer["subtotal"]["amount"]) - Decimal(net)
    status, deal = await won(tier, path)
    assert (status, deal["value"]["amount"]) == (200, net)
    [ordered] = (await tier.signals(deal["lead_id"]))[-1][1]["order"]["lines"]
    left = (100 - Decimal(ordered["discount_percent"])) / 100
    paid = Decimal(ordered["quantity"]) * Decimal(ordered["unit_price"]["amount"]) * left
    assert paid.quantize(Decimal("0.01")) == Decimal(net)
