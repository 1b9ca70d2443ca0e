"""Offers from the catalogue: names, prices by date and tax per line; approval and expiry watched; sent by mail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from services.conversion.actions.offer_expiry import watch_offers
from services.conversion.domain.pricing import price_at
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_2 import FACTS, Tier2, hand_over, in_days, tier_2, whose
from workflows.contracts.base import Money, Tier
from workflows.contracts.catalogue import CatalogueItem, CataloguePage, CataloguePrice


def uah(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def item(product_id: str, version: int = 1, **changes: Any) -> CatalogueItem:
    values: dict[str, Any] = {
        "product_id": product_id,
        "version": version,
        "names": {"": "Повне завантаження", "en": "Full truck"},
        "unit": "trip",
        "tax_percent": Decimal(20),
        "prices": [
            CataloguePrice(price=uah("100.00")),
            CataloguePrice(price=uah("120.00"), valid_from=datetime.now(UTC) + timedelta(days=30)),
        ],
        **changes,
    }
    return CatalogueItem(**values)


@pytest_asyncio.fixture
async def conversion(fresh_database: FreshDatabase) -> AsyncIterator[Tier2]:
    async with tier_2(await fresh_database("conversion_catalogue", tier=Tier.CONVERSION, policy="demo")) as tier:
        await tier.manager("anna", capacity=1000)
        items = [item("ftl"), item("books", tax_percent=Decimal(7)), item("old", active=False)]
        await tier.activities.take_catalogue(CataloguePage(items=items, upto=3))
        yield tier


async def qualified(tier: Tier2, **changes: Any) -> str:
    given = hand_over()
    contact = given.contact.model_copy(update=changes)
    deal = await tier.accepted("anna", given.model_copy(update={"contact": contact}))
    await tier.post(f"/v1/deals/{deal['id']}/qualify", FACTS, "anna")
    return f"/v1/deals/{deal['id']}"


async def make(tier: Tier2, path: str, *lines: dict[str, Any], status: int = 201, **body: Any) -> dict[str, Any]:
    return await tier.post(f"{path}/offers", {"lines": list(lines), **body}, "anna", status=status)


async def test_a_line_takes_name_price_and_tax_from_the_catalogue_in_the_customers_language(
    conversion: Tier2,
) -> None:
    for language, name in (("en", "Full truck"), ("uk", "Повне завантаження"), ("pl", "Повне завантаження")):
        path = await qualified(conversion, language=language)
        offer = await make(conversion, path, {"product_id": "ftl", "quantity": "2"})
        [line] = offer["lines"]
        assert (line["description"], line["unit_price"]["amount"], line["tax_percent"]) == (name, "100.00", "20.00")
        assert offer["total"]["amount"] == "240.00"


async def test_lines_of_several_tax_rates_are_summed_by_rate(conversion: Tier2) -> None:
    free = {"description": "Waiting", "quantity": "1", "unit_price": {"amount": "10.00"}, "tax_percent": "0"}
    lines = ({"product_id": "ftl", "quantity": "1"}, {"product_id": "books", "quantity": "3"}, free)
    offer = await make(conversion, await qualified(conversion), *lines)
    assert [(tax["percent"], tax["net"]["amount"], tax["tax"]["amount"]) for tax in offer["taxes"]] == [
        ("20.00", "100.00", "20.00"),
        ("7.00", "300.00", "21.00"),
        ("0.00", "10.00", "0.00"),
    ]
    assert offer["total"]["amount"] == "451.00"


async def test_selling_below_the_catalogue_needs_the_approval_that_a_discount_needs(conversion: Tier2) -> None:
    path = await qualified(conversion)
    cheap = {"product_id": "ftl", "quantity": "1", "unit_price": {"amount": "85.00"}}
    offer = await make(conversion, path, cheap)
    assert (offer["state"], offer["effective_discount"], offer["discount_percent"]) == (
        "awaiting_approval",
        "15.00",
        "0.00",
    )
    line = {"product_id": "ftl", "quantity": "1", "discount_percent": "4"}
    fair = await make(conversion, path, line, discount_percent="5")
    assert (fair["state"], fair["effective_discount"]) == ("sent", "8.80")


async def test_the_order_that_follows_carries_price_and_tax_of_the_offer(conversion: Tier2) -> None:
    path = await qualified(conversion)
    await make(conversion, path, {"product_id": "books", "quantity": "3", "discount_percent": "5"})
    deal = await conversion.post(f"{path}/win", {}, "anna")
    signal, told = (await conversion.signals(deal["lead_id"]))[-1]
    [line] = told["order"]["lines"]
    assert signal == "won"
    assert (line["unit_price"]["amount"], line["tax_percent"]) == ("95.00", "7.00")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"product_id": "unknown", "quantity": "1"}, "lines[0].description"),
        ({"product_id": "old", "quantity": "1"}, "lines[0].product_id"),
        ({"description": "free", "quantity": "1"}, "lines[0].unit_price"),
        ({"quantity": "1", "unit_price": {"amount": "1.00"}}, "lines[0].description"),
    ],
)
async def test_a_line_that_cannot_be_priced_is_refused_by_field(
    conversion: Tier2, line: dict[str, Any], field: str
) -> None:
    refused = await make(conversion, await qualified(conversion), line, status=422)
    assert refused["errors"][0]["field"] == field


async def test_an_older_version_of_a_product_never_overwrites_a_newer_one(conversion: Tier2) -> None:
    newer = item("ftl", 9, prices=[CataloguePrice(price=uah("150.00"))])
    for page in ([newer], [item("ftl", 4)], [newer]):
        await conversion.activities.take_catalogue(CataloguePage(items=page, upto=9))
    found = (await conversion.get("/v1/catalogue", "anna", q="FT"))["items"]
    assert [(one["product_id"], one["price"]["amount"], one["version"]) for one in found] == [("ftl", "150.00", 9)]


async def test_the_catalogue_shows_prices_of_a_day_and_only_what_is_offered(conversion: Tier2) -> None:
    found = (await conversion.get("/v1/catalogue", "anna", language="en"))["items"]
    assert [one["product_id"] for one in found] == ["books", "ftl"]
    later = (await conversion.get("/v1/catalogue", "anna", at=in_days(31), q="truck"))["items"]
    assert {one["price"]["amount"] for one in later} == {"120.00"}
    page = await conversion.get("/v1/catalogue", "anna", limit=1)
    assert page["next"] is not None


@pytest.mark.parametrize(
    ("typed", "found"),
    [("ПОВНЕ", True), ("повне", True), ("FULL", True), ("FTL", True), ('"en"', False), ("en", False)],
)
async def test_a_product_is_found_by_its_names_in_any_spelling_and_by_nothing_else(
    conversion: Tier2, typed: str, found: bool
) -> None:
    items = (await conversion.get("/v1/catalogue", "anna", q=typed))["items"]
    assert ("ftl" in [one["product_id"] for one in items]) is found


def test_the_latest_price_that_has_begun_is_valid() -> None:
    now = datetime.now(UTC)
    eur = CataloguePrice(price=Money(amount=Decimal(3), currency="EUR"))
    known = item("x", prices=[*item("x").prices, eur])
    assert price_at(known, now + timedelta(days=40), "UAH") == uah("120.00")
    assert price_at(known, now, "UAH") == uah("100.00")
    assert price_at(known, now, "EUR") == eur.price
    assert price_at(known, now, "USD") is None


async def test_a_late_approval_rises_is_told_to_the_manager_and_goes_to_a_named_person(conversion: Tier2) -> None:
    body = (await conversion.get("/v1/policies"))["items"][0]["body"]
    # The head of sales is known here from the moment they act as a supervisor.
    head = auth(Tier.CONVERSION, "supervisor", "head")
    named = {"body": {**body, "approval_escalate_to": "head"}}
    assert (await conversion.http.post("/v1/policies", json=named, headers=head)).status_code == 201
    path = await qualified(conversion)
    deal = await conversion.get(path)
    await make(conversion, path, {"product_id": "ftl", "quantity": "1"}, discount_percent="20")
    for level in (1, 2):
        await conversion.pool.execute("UPDATE offers SET approve_by = now() - interval '1 second'")
        assert await watch_offers(conversion.pool) == 1
        assert await watch_offers(conversion.pool) == 0
        reminders = await conversion.work(deal["lead_id"], "reminder")
        assert len(reminders) == level
    [approval] = await conversion.work(deal["lead_id"], "approval")
    assert (approval["priority"], approval["assignee"]) == (20, "head")
    assert "head decides" in reminders[-1]["payload"]["text"]


async def test_a_late_approval_does_not_go_to_whoever_asked_for_it(conversion: Tier2) -> None:
    head = auth(Tier.CONVERSION, "supervisor", "head")
    body = (await conversion.get("/v1/policies"))["items"][0]["body"]
    named = {"body": {**body, "approval_escalate_to": "head"}}
    assert (await conversion.http.post("/v1/policies", json=named, headers=head)).status_code == 201
    path = await qualified(conversion)
    deal = await conversion.get(path)
    asked = {"lines": [{"product_id": "ftl", "quantity": "1"}], "discount_percent": "60"}
    made = (await conversion.http.post(f"{path}/offers", json=asked, headers=head)).json()
    assert made["state"] == "awaiting_approval"
    for _ in range(2):
        late = "UPDATE offers SET approve_by = now() - interval '1 second' WHERE deal_id = $1"
        await conversion.pool.execute(late, deal["id"])
        await watch_offers(conversion.pool)
    [approval] = await conversion.work(deal["lead_id"], "approval")
    assert (approval["priority"], approval["assignee"]) == (20, None)


async def test_the_manager_is_warned_once_before_an_offer_runs_out(conversion: Tier2) -> None:
    path = await qualified(conversion)
    deal = await conversion.get(path)
    offer = await make(conversion, path, {"product_id": "ftl", "quantity": "1"}, valid_until=in_days(9))
    assert await watch_offers(conversion.pool) == 0
    await conversion.pool.execute("UPDATE offers SET warn_at = now() - interval '1 second'")
    assert [await watch_offers(conversion.pool) for _ in range(2)] == [1, 0]
    [reminder] = await conversion.work(deal["lead_id"], "reminder")
    assert offer["number"] in reminder["payload"]["text"] and reminder["assignee"] == "anna"


async def test_an_offer_goes_out_by_mail_once_with_its_document(conversion: Tier2) -> None:
    path = await qualified(conversion, email="olena@customer.example", language="uk", contact_name="Олена")
    offer = await make(conversion, path, {"product_id": "ftl", "quantity": "1"})
    sent = [await conversion.post(f"/v1/offers/{offer['id']}/send", {}, "anna", status=202) for _ in range(2)]
    assert sent[0]["mail_id"] == sent[1]["mail_id"]
    mail = await conversion.get(f"/v1/mails/{sent[0]['mail_id']}")
    assert mail["attachments"] == [f"offer-{offer['number']}-1.pdf"]
    assert "Олена" in mail["body"] and offer["number"] in mail["subject"]
    nobody = await make(conversion, await qualified(conversion), {"product_id": "ftl", "quantity": "1"})
    refused = await conversion.post(f"/v1/offers/{nobody['id']}/send", {}, "anna", status=409)
    assert refused["code"] == "no_address"


async def test_what_is_new_in_a_version_is_shown(conversion: Tier2) -> None:
    path = await qualified(conversion)
    one_each = [{"product_id": product_id, "quantity": "1"} for product_id in ("ftl", "books")]
    first = await make(conversion, path, *one_each)
    free = {"description": "Waiting", "quantity": "1", "unit_price": {"amount": "10.00"}}
    second = await make(conversion, path, {"product_id": "ftl", "quantity": "2"}, free)
    told = await conversion.get(f"/v1/offers/{second['id']}/changes", "anna")
    assert (told["before"], told["version"]) == (1, 2)
    assert [(line["what"], line["description"]) for line in told["lines"]] == [
        ("changed", "Повне завантаження"),
        ("added", "Waiting"),
        ("removed", "Повне завантаження"),
    ]
    assert (await conversion.get(f"/v1/offers/{first['id']}/changes", "anna"))["lines"] == []
    listed = (await conversion.get(f"{path}/offers", "anna"))["items"]
    assert [(one["version"], one["state"]) for one in listed] == [(1, "superseded"), (2, "sent")]


async def test_the_document_of_many_lines_and_rates_is_made(conversion: Tier2) -> None:
    path = await qualified(conversion)
    lines = [{"product_id": ("ftl", "books")[n % 2], "quantity": str(n + 1)} for n in range(60)]
    offer = await make(conversion, path, *lines)
    pdf = await conversion.http.get(f"/v1/offers/{offer['id']}.pdf", headers=whose("anna"))
    assert pdf.content.startswith(b"%PDF-")
