"""Customers made by hand: whoever is one already is recognised, and their care begins at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, account_manager, boss, tier_3
from workflows.contracts import ids
from workflows.contracts.base import Tier
from workflows.contracts.open_care import AdoptAccount

BAU: dict[str, Any] = {
    "company": "Bau GmbH",
    "phones": ["030 777001"],
    "email": "anna@bau.example",
    "billing": {"country": "DE", "postal_code": "D-10115"},
}


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_mgmt_customer_new", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


async def test_an_account_manager_makes_a_customer_for_himself_and_their_care_begins(tier: Tier3) -> None:
    made = await tier.post("/v1/customers", BAU)
    assert (made["account_manager"], made["state"]) == ("oleh", "active")
    contact = made["contact"]
    assert (contact["phones"], contact["language"], contact["timezone"]) == (["+4930777001"], "de", "Europe/Berlin")
    assert made["billing"]["postal_code"] == "10115"
    row = await tier.pool.fetchrow("SELECT * FROM outbox WHERE workflow_id = $1", ids.customer(made["id"]))
    assert row is not None
    assert (row["workflow"], row["start_input"]["imported"]) == ("CustomerCare", True)
    adopted = await tier.activities.adopt_account(
        AdoptAccount(key="k", workflow_id=ids.customer(made["id"]), customer_id=made["id"])
    )
    assert adopted.account_manager == "oleh"
    assert await tier.pool.fetchval("SELECT count(*) FROM outbox WHERE activity = 'lead_gen.register_customer'") == 1


async def test_a_care_that_begins_hears_that_its_customer_is_at_risk_already(tier: Tier3) -> None:
    made = await tier.post("/v1/customers", BAU)
    await tier.post(f"/v1/customers/{made['id']}/complaints", {"text": "nobody called back"})
    await tier.activities.adopt_account(
        AdoptAccount(key="k", workflow_id=ids.customer(made["id"]), customer_id=made["id"])
    )
    heard = await tier.sent(made["id"], "standing_changed")
    assert [(one["standing"], one["reason"]) for one in heard][-1] == ("at_risk", "a complaint or a risk is open")


async def test_the_same_key_makes_one_customer_and_the_same_company_a_conflict_that_names_them(tier: Tier3) -> None:
    key = {"Idempotency-Key": "made-once"}
    made = await tier.post("/v1/customers", BAU, headers=key)
    assert (await tier.post("/v1/customers", BAU, headers=key))["id"] == made["id"]
    refused = await tier.post("/v1/customers", {**BAU, "company": "Bau"}, 409)
    assert (refused["code"], refused["customer_id"], refused["company"]) == ("duplicate", made["id"], "Bau GmbH")
    other = {"company": "Anderer", "phones": ["+49 30 777001"]}
    assert (await tier.post("/v1/customers", other, 409))["errors"][0]["field"] == "phones"
    await tier.post("/v1/customers", {**other, "not_the_same_as": made["id"]})


async def test_a_tax_id_says_who_is_one_and_an_address_alone_does_not(tier: Tier3) -> None:
    made = await tier.post(
        "/v1/customers", {"company": "Nord", "tax_id": "DE136695976", "email": "info@agency.example"}
    )
    refused = await tier.post("/v1/customers", {"company": "Sued", "tax_id": "DE 136695976"}, 409)
    assert refused["customer_id"] == made["id"]
    await tier.post("/v1/customers", {"company": "Sued", "phones": ["+4930777002"], "email": "info@agency.example"})


async def test_the_vat_id_of_ones_own_invoices_says_who_is_one_and_that_of_another_payer_does_not(tier: Tier3) -> None:
    billed = {"billing": {"country": "DE", "vat_id": "DE136695976"}}
    made = await tier.post("/v1/customers", {"company": "Nord", **billed, "phones": ["+4930777003"]})
    refused = await tier.post("/v1/customers", {"company": "Nordlicht", **billed, "phones": ["+4930777004"]}, 409)
    assert (refused["customer_id"], refused["errors"][0]["field"]) == (made["id"], "billing.vat_id")
    typed = {"company": "Nordlicht", "tax_id": "136695976", "default_region": "DE"}
    assert (await tier.post("/v1/customers", typed, 409))["errors"][0]["field"] == "tax_id"
    # Whoever pays for several companies is none of them.
    for number in (5, 6):
        paid = {"billing": {**billed["billing"], "name": "Holding"}, "phones": [f"+493077700{number}"]}
        await tier.post("/v1/customers", {"company": f"Branch {number}", **paid})


async def test_two_people_who_make_one_customer_at_once_make_one(tier: Tier3) -> None:
    answers = await asyncio.gather(*(tier.http.post("/v1/customers", json=BAU) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_who_may_make_customers_and_for_whom(tier: Tier3) -> None:
    await tier.post("/v1/account-managers", {"id": "iryna", "name": "Iryna", "capacity": 5}, headers=boss())
    await tier.post("/v1/customers", {**BAU, "account_manager": "iryna"}, 403)
    await tier.post("/v1/customers", BAU, 403, headers=account_manager("stranger"))
    await tier.post("/v1/customers", {**BAU, "account_manager": "nobody"}, 422, headers=boss())
    made = await tier.post("/v1/customers", {**BAU, "account_manager": "iryna"}, headers=boss())
    assert made["account_manager"] == "iryna"


async def test_nobody_is_made_without_anything_to_recognise_them_by(tier: Tier3) -> None:
    refused = await tier.post("/v1/customers", {"company": "Bau"}, 422)
    assert refused["errors"][0]["field"] == "phones"
    await tier.post("/v1/customers", {"company": " ", "phones": ["+4930777001"]}, 422)
    assert await tier.pool.fetchval("SELECT count(*) FROM customers") == 0


async def test_the_form_makes_a_customer_and_shows_who_is_one_already(tier: Tier3, dsn: str) -> None:
    known = await tier.post("/v1/customers", BAU)
    async with desk_3(dsn) as desk:
        await check_form(desk, known["id"])


async def check_form(desk: Desk3, known: str) -> None:
    assert "New customer" in await desk.page("customers")
    assert "Make them a customer" in await desk.page("customers/new")
    typed = {"company": "Hotel Sued", "phones": "+4930777001", "billing_country": "Deutschland"}
    shown = await desk.act("customers/new", htmx=False, **typed)
    assert shown.status_code == 409
    assert f'value="{known}"' in shown.text
    assert 'value="Deutschland"' in shown.text
    made = await desk.act("customers/new", htmx=False, **typed, not_the_same_as=known)
    assert made.status_code == 303
    assert "Hotel Sued" in await desk.page(made.headers["Location"].removeprefix("/accounts/desk/"))
