"""Customers are edited: by meaning, audited, and what goes by the card goes by the new one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, account_manager, boss, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_mgmt_customer_edit", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:
    assert tier
    async with desk_3(dsn) as desk:
        yield desk


async def edit(tier: Tier3, customer_id: str, status: int = 200, **change: Any) -> dict[str, Any]:
    answer = await tier.http.patch(f"/v1/customers/{customer_id}", json=change)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


async def mail(tier: Tier3, customer_id: str, to: str) -> None:
    await tier.pool.execute(
        """INSERT INTO mails (id, key, purpose, lead_id, recipient, subject, body, attachments, message_id)
           VALUES (gen_random_uuid(), gen_random_uuid()::text, 'invoice', $1, $2, 's', 'b', '[]',
                   gen_random_uuid()::text)""",
        customer_id,
        to,
    )


BILLING = {"street": "Lindenstr. 5", "postal_code": "10115", "city": "Berlin", "country": "DE", "vat_id": "136695976"}


async def test_who_they_are_and_whom_invoices_are_made_out_to_are_written_down(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    found = await edit(
        tier, customer_id, company="Bau GmbH", phones=["030 777001"], email="Anna@Bau.example", language="de",
        timezone="Europe/Berlin", tax_id="136 695 976", billing=BILLING,
    )  # fmt: skip
    contact = found["contact"]
    assert (contact["company"], contact["phones"], contact["email"]) == (
        "Bau GmbH",
        ["+4930777001"],
        "anna@bau.example",
    )
    assert (contact["language"], contact["tax_id"]) == ("de", "136695976")
    assert found["billing"] | BILLING == found["billing"] | {"vat_id": "136695976"}
    assert found["billing"]["vat_id"] == "DE136695976"
    assert await edit(tier, customer_id, contact_name=None, billing={"city": ""}) | {"updated_at": ""} == {
        **found, "updated_at": "", "billing": {**found["billing"], "city": ""},
        "contact": {**contact, "contact_name": None},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "anna"}, "email"),
        ({"email": "none@none.com"}, "email"),
        ({"phones": ["12"]}, "phones"),
        ({"company": " "}, "company"),
        ({"company": None}, "company"),
        ({"tax_id": "12345679"}, "tax_id"),
        ({"language": "klingon-x"}, "language"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"company": "\u200b"}, "company"),
        ({"company": "..."}, "company"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"billing": {"country": "XX"}}, "billing.country"),
        ({"billing": {"country": "DE", "vat_id": "DE123456789"}}, "billing.vat_id"),
        ({"billing": {"country": "PL", "postal_code": "1234"}}, "billing.postal_code"),
        ({"billing": {"country": "AT", "tax_id": "xyz"}}, "billing.tax_id"),
    ],
)
async def test_what_cannot_be_right_is_refused_with_its_field_and_changes_nothing(
    tier: Tier3, change: dict[str, Any], field: str
) -> None:
    customer_id, _ = await tier.customer()
    before = await tier.get(f"/v1/customers/{customer_id}")
    refused = await edit(tier, customer_id, 422, **change)
    assert [error["field"] for error in refused["errors"]] == [field]
    assert await tier.get(f"/v1/customers/{customer_id}") == before


async def test_values_are_kept_in_one_line_as_they_are_meant(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    found = await edit(
        tier, customer_id, company="Bau\n Schmidt\u202e \u200bGmbH", website="https://www.bau.example/kontakt",
        phones=["600 100 200", " "], default_region="PL", billing={"country": "de"},
    )  # fmt: skip
    contact = found["contact"]
    assert (contact["company"], contact["phones"]) == ("Bau Schmidt GmbH", ["+48600100200"])
    assert found["billing"]["country"] == "DE"


async def test_two_people_who_edit_one_customer_do_not_undo_each_others_work(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    tag = (await tier.http.get(f"/v1/customers/{customer_id}")).headers["ETag"]
    first = await tier.http.patch(f"/v1/customers/{customer_id}", json={"city": "Lviv"}, headers={"If-Match": tag})
    second = await tier.http.patch(f"/v1/customers/{customer_id}", json={"city": "Odesa"}, headers={"If-Match": tag})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["changes"][0]["fields"] == ["contact"]


async def test_each_edit_says_who_changed_what_and_numbers_are_masked_for_others(tier: Tier3) -> None:
    customer_id, _ = await tier.customer(email="old@viter.example")
    await tier.post("/v1/account-managers", {"id": "iryna", "name": "Iryna", "capacity": 5}, headers=boss())
    await edit(tier, customer_id, email="new@viter.example", city="Lviv")
    await edit(tier, customer_id, city="Lviv")
    [told] = (await tier.get(f"/v1/customers/{customer_id}/changes"))["items"]
    assert told["by"] == "oleh"
    assert told["changes"] == {"city": ["Київ", "Lviv"], "email": ["old@viter.example", "new@viter.example"]}
    other = await tier.http.get(f"/v1/customers/{customer_id}/changes", headers=account_manager("iryna"))
    assert other.json()["items"][0]["changes"]["email"] == ["o***@viter.example", "n***@viter.example"]


async def test_mails_that_wait_go_to_the_corrected_address_and_are_withdrawn_without_one(tier: Tier3) -> None:
    customer_id, _ = await tier.customer(email="old@viter.example")
    await mail(tier, customer_id, "old@viter.example")
    await mail(tier, customer_id, "accounts@viter.example")
    await edit(tier, customer_id, email="new@viter.example")
    rows = await tier.pool.fetch("SELECT recipient, state FROM mails WHERE lead_id = $1 ORDER BY 1", customer_id)
    assert [tuple(row) for row in rows] == [("accounts@viter.example", "queued"), ("new@viter.example", "queued")]
    await edit(tier, customer_id, email="")
    rows = await tier.pool.fetch("SELECT recipient, state FROM mails WHERE lead_id = $1 ORDER BY 1", customer_id)
    assert [row["state"] for row in rows] == ["queued", "withdrawn"]


async def test_whoever_wanted_no_mail_at_the_old_address_gets_none_at_the_new_one(tier: Tier3) -> None:
    customer_id, _ = await tier.customer(email="old@viter.example")
    await tier.pool.execute(
        """INSERT INTO mail_addresses (address, state, reason, lead_id)
           VALUES ('old@viter.example', 'stopped', 'STOP', $1)""",
        customer_id,
    )
    await edit(tier, customer_id, email="new@viter.example")
    assert await tier.pool.fetchval("SELECT count(*) FROM mail_addresses WHERE address = 'new@viter.example'") == 1


async def test_the_register_hears_of_the_new_number_and_imports_know_them_by_it(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    await edit(tier, customer_id, phones=["+380671112233"])
    row = await tier.pool.fetchrow("SELECT * FROM outbox WHERE activity = 'lead_gen.correct_contact'")
    assert row is not None
    assert row["start_input"]["fields"] == ["phones"]
    assert row["start_input"]["contact"]["phones"] == ["+380671112233"]
    keys = {row["key"] for row in await tier.pool.fetch("SELECT key FROM customer_keys")}
    assert {"p:+380671112233", "p:+380671112233|viter"} <= keys
    assert not {key for key in keys if "+380441234567" in key}


async def test_the_reminder_that_is_planned_moves_to_the_new_clock_in_the_record_and_in_the_care(tier: Tier3) -> None:
    customer_id, _ = await tier.customer()
    await edit(tier, customer_id, city="Lviv")
    assert await tier.sent(customer_id, "nudge_moved") == []
    # Ten in the morning in Kyiv is night in Vancouver.
    await tier.pool.execute("UPDATE customers SET next_nudge_at = '2030-05-06T07:00:00Z' WHERE id = $1", customer_id)
    await tier.policy(contact_hours={"begin": "09:00", "end": "17:00"})
    found = await edit(tier, customer_id, timezone="America/Vancouver")
    [moved] = await tier.sent(customer_id, "nudge_moved")
    assert found["next_nudge_at"] == moved["next_nudge_at"] == "2030-05-06T16:00:00Z"


async def test_a_tax_id_that_another_customer_has_is_refused_and_names_them(tier: Tier3) -> None:
    other, _ = await tier.customer(company="Breeze", phones=["+380671112233"], tax_id="14360570")
    customer_id, _ = await tier.customer()
    refused = await edit(tier, customer_id, 409, tax_id="14360570")
    assert (refused["code"], refused["customer_id"]) == ("duplicate", other)


async def test_the_vat_id_that_another_customers_invoices_have_is_refused_too(tier: Tier3) -> None:
    other, _ = await tier.customer(company="Breeze", phones=["+380671112233"])
    customer_id, _ = await tier.customer()
    billed = {"country": "DE", "vat_id": "DE136695976"}
    await edit(tier, other, billing=billed)
    refused = await edit(tier, customer_id, 409, billing=billed)
    assert (refused["customer_id"], refused["errors"][0]["field"]) == (other, "billing.vat_id")
    # When it is theirs no more, it is free.
    await edit(tier, other, billing={"vat_id": ""})
    await edit(tier, customer_id, billing=billed)


async def test_the_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    page = await desk.page(f"customers/{customer_id}/edit")
    assert 'value="ТОВ «Вітер»"' in page
    typed = {
        "company": "Viter",
        "phones": "12",
        "email": "x@viter.example",
        "billing_country": "Germany",
        "billing_e_invoice": "xml",
    }
    plain = await desk.act(f"customers/{customer_id}/edit", htmx=False, **typed)
    assert plain.status_code == 422
    assert 'id="phones-says"' in plain.text
    assert 'value="x@viter.example"' in plain.text
    lively = await desk.act(f"customers/{customer_id}/edit", **{**typed, "phones": "", "billing_vat_id": "DE1"})
    assert lively.status_code == 422
    assert '"billing_vat_id"' in lively.headers["HX-Trigger"]
    saved = await desk.act(f"customers/{customer_id}/edit", htmx=False, **{**typed, "phones": "030 777001"})
    assert saved.status_code == 303
    found = await tier.get(f"/v1/customers/{customer_id}")
    assert (found["billing"]["country"], found["billing"]["e_invoice"]) == ("DE", "xml")
    assert found["contact"]["phones"] == ["+4930777001"]
    shown = await desk.page(f"customers/{customer_id}/story")
    assert "Who they are was corrected" in shown
    assert "Germany" in shown.partition('id="billing"')[2]


async def test_a_form_that_was_opened_before_somebody_elses_edit_changes_nothing(tier: Tier3, desk: Desk3) -> None:
    customer_id, _ = await tier.customer()
    page = await desk.page(f"customers/{customer_id}/edit")
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    await edit(tier, customer_id, city="Lviv")
    answer = await desk.act(f"customers/{customer_id}/edit", company="Viter", seen=seen)
    assert answer.status_code == 409
    assert (await tier.get(f"/v1/customers/{customer_id}"))["contact"]["city"] == "Lviv"
