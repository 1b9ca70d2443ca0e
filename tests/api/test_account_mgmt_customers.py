"""Customers, their card and needs, the catalogue and the account managers through REST, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.http import auth
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, PRODUCT, Tier3, account_manager, boss, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_customers", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def test_a_customer_has_its_account_manager_and_its_next_nudge(tier: Tier3) -> None:
    customer_id, account = await tier.customer()
    found = await tier.get(f"/v1/customers/{customer_id}")
    assert (found["state"], found["account_manager"]) == ("active", "oleh")
    assert found["next_nudge_at"] == account.next_nudge_at.isoformat().replace("+00:00", "Z")


async def test_the_card_is_the_working_instruction(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]})
    await tier.post(f"/v1/customers/{customer_id}/needs", {"text": "Refrigerated trucks in summer"})
    card = await tier.get(f"/v1/customers/{customer_id}/card")
    text = str(card)
    assert "ТОВ «Вітер»" in text
    assert "Full truck" in text
    assert "Refrigerated trucks in summer" in text


async def test_customers_are_paged_in_order_and_filtered(tier: Tier3) -> None:
    ids = [(await tier.customer())[0] for _ in range(3)]
    found: list[str] = []
    page: dict[str, Any] = {"next": None}
    while not found or page["next"]:
        after = f"&after={page['next']}" if page["next"] else ""
        page = await tier.get(f"/v1/customers?limit=2&account_manager=oleh{after}")
        found += [customer["id"] for customer in page["items"]]
    assert [customer_id for customer_id in found if customer_id in ids] == ids
    assert len(found) == len(set(found))
    assert (await tier.get("/v1/customers?account_manager=nobody"))["items"] == []


async def test_mine_is_ones_own_portfolio(tier: Tier3) -> None:
    await tier.customer()
    mine = (await tier.get("/v1/customers?mine=true"))["items"]
    assert {customer["account_manager"] for customer in mine} == {"oleh"}
    answer = await tier.http.get("/v1/customers?mine=true", headers=account_manager("larysa"))
    assert answer.json()["items"] == []


async def test_needs_are_kept_as_history(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    for text in ("Trucks", "Containers now"):
        await tier.post(f"/v1/customers/{customer_id}/needs", {"text": text, "product_id": PRODUCT["id"]})
    found = (await tier.get(f"/v1/customers/{customer_id}/needs"))["items"]
    assert [need["text"] for need in found] == ["Trucks", "Containers now"]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "text"), ({"text": ""}, "text"), ({"text": "Trucks", "product_id": "none"}, "product_id")],
)
async def test_a_wrong_need_names_its_field_and_changes_nothing(tier: Tier3, body: Any, field: str) -> None:
    customer_id, _ = await tier.customer()
    problem = await tier.post(f"/v1/customers/{customer_id}/needs", body, 422)
    assert problem["errors"][0]["field"] == field
    assert (await tier.get(f"/v1/customers/{customer_id}/needs"))["items"] == []


async def test_another_managers_customer_is_not_changed(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    await tier.post(f"/v1/customers/{customer_id}/needs", {"text": "Trucks"}, 403, headers=account_manager("larysa"))


@pytest.mark.parametrize("what", ["", "/card", "/needs", "/suggestions", "/orders"])
async def test_an_unknown_customer_is_not_found(tier: Tier3, what: str) -> None:
    answer = await tier.http.get(f"/v1/customers/{new_id()}{what}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_an_account_manager_is_added_once_and_only_by_the_supervisor(tier: Tier3) -> None:
    new = {"id": "larysa", "name": "Larysa", "capacity": 0}
    await tier.post("/v1/account-managers", new, 403)
    await tier.post("/v1/account-managers", new, headers=boss())
    again = await tier.post("/v1/account-managers", new, 409, headers=boss() | {"Idempotency-Key": new_id()})
    assert (again["code"], again["errors"][0]["field"]) == ("duplicate", "id")
    assert [m["id"] for m in (await tier.get("/v1/account-managers"))["items"]] == ["oleh", "larysa"]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({}, 409, "id"),
        ({"id": "a/b"}, 422, "id"),
        ({"id": "van", "price": {"amount": "-1.00", "currency": "UAH"}}, 422, "price.amount"),
        ({"id": "van", "price": {"amount": "1.005", "currency": "UAH"}}, 422, "price.amount"),
        ({"id": "van", "tax_percent": "101"}, 422, "tax_percent"),
        ({"id": "van", "name": ""}, 422, "name"),
    ],
)
async def test_a_wrong_product_names_its_field(tier: Tier3, change: Any, status: int, field: str) -> None:
    before = await tier.get("/v1/products")
    problem = await tier.post("/v1/products", PRODUCT | change, status, headers=boss())
    assert problem["errors"][0]["field"] == field
    assert await tier.get("/v1/products") == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nudge_gap": -1}, "body.nudge_gap"),
        ({"dunning_gaps": []}, "body.dunning_gaps"),
        ({"dunning_gaps": [0]}, "body.dunning_gaps.0"),
        ({"holidays_of": "Mars"}, "body.holidays_of"),
        ({"shortest_interval": "P10D", "longest_interval": "P9D"}, "body"),
        ({"no_such_rule": 1}, "body.no_such_rule"),
    ],
)
async def test_a_policy_that_cannot_be_is_refused_by_field(tier: Tier3, body: Any, field: str) -> None:
    before = (await tier.http.get("/v1/policies", headers=boss())).json()["items"]
    problem = await tier.post("/v1/policies", {"body": body}, 422, headers=boss())
    assert problem["errors"][0]["field"] == field
    assert (await tier.http.get("/v1/policies", headers=boss())).json()["items"] == before


async def test_a_new_policy_is_a_new_version(tier: Tier3) -> None:
    before = (await tier.http.get("/v1/policies", headers=boss())).json()["items"]
    added = await tier.post("/v1/policies", {"body": {"nudge_gap": 86400}}, headers=boss())
    assert added["version"] == before[0]["version"] + 1


async def test_the_report_is_the_supervisors(tier: Tier3) -> None:
    assert (await tier.http.get("/v1/reports/account-managers")).status_code == 403
    rows = (await tier.http.get("/v1/reports/account-managers", headers=boss())).json()["items"]
    customers = await tier.pool.fetchval("SELECT count(*) FROM customers WHERE account_manager = 'oleh'")
    assert next(row for row in rows if row["account_manager"] == "oleh")["customers"] == customers


async def test_callers_of_tier_1_see_no_customers(tier: Tier3) -> None:
    answer = await tier.http.get("/v1/customers", headers=auth(Tier.LEAD_GEN, "caller", "anna"))
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_tier")


async def test_the_calendar_shows_every_contact_to_come_and_a_payment_takes_its_reminders_away(tier: Tier3) -> None:
    customer_id, account = await tier.customer()
    path = f"/v1/customers/{customer_id}/calendar"
    found = (await tier.get(path))["items"]
    assert {contact["kind"] for contact in found} == {"nudge", "invoice_due", "dunning"}
    total = (await tier.get(f"/v1/invoices/{account.invoice_id}"))["total"]
    await tier.post(f"/v1/invoices/{account.invoice_id}/payments", {"amount": total, "reference": "P-1"})
    assert {contact["kind"] for contact in (await tier.get(path))["items"]} == {"nudge"}
