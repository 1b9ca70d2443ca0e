"""An issued invoice never changes: whatever is edited afterwards, its documents and what the page says stay."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions.erasure import erase_expired
from services.account_mgmt.actions.issued_documents import write_missing_documents
from services.account_mgmt.documents import invoice_pdf
from tests.api.test_account_mgmt_documents import EURO, GMBH
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts.base import Tier
from workflows.contracts.erasure import ErasePerson

FORMS = ("pdf", "xml", "pdf?form=factur-x")
ELSEWHERE = {
    "name": "Sold GmbH", "address": "Neue Straße 2", "city": "Kiel", "iban": "AT611904300234573201",
    "note": "new note", "timezone": "Pacific/Apia",
}  # fmt: skip


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_issued", tier=Tier.ACCOUNT_MGMT)) as tier:
        await tier.post("/v1/legal-entities", GMBH, headers=boss())
        yield tier


async def issued(tier: Tier3) -> tuple[str, str, str]:
    """(customer, invoice, credit note) of a sale in euro."""
    customer_id, _ = await tier.customer(language="de", company="Stahl & Söhne GmbH", city="Bremen")
    extras = [
        {"kind": "allowance", "reason": "Treue Stahl & Söhne", "percent": "5"},
        {"kind": "charge", "reason": "Fracht", "reason_code": "FC", "amount": {"amount": "3.00", "currency": "EUR"}},
    ]
    lift = {"reason": "Hebebühne Söhne", "reason_code": "fc", "amount": {"amount": "2.50", "currency": "EUR"}}
    body = {
        "lines": [{**EURO, "charges": [lift]}, {**EURO, "product_id": "ftl", "tax_percent": "7"}],
        "allowance_charges": extras,
    }
    order = await tier.post(f"/v1/customers/{customer_id}/orders", body)
    invoice_id = order["invoice"]["id"]
    part = {"amount": {"amount": "24.00", "currency": "EUR"}, "reason": "Verspätung"}
    invoice = await tier.post(f"/v1/invoices/{invoice_id}/credit-notes", part)
    return customer_id, invoice_id, invoice["credit_notes"][0]["id"]


async def files(tier: Tier3, invoice_id: str, note_id: str) -> list[bytes]:
    paths = [f"invoices/{invoice_id}.{form}" for form in FORMS] + [f"credit-notes/{note_id}.pdf"]
    answers = [await tier.http.get(f"/v1/{path}") for path in paths]
    assert [answer.status_code for answer in answers] == [200] * 4, [answer.text for answer in answers]
    return [answer.content for answer in answers]


async def forget_files(tier: Tier3) -> None:
    await tier.pool.execute("DELETE FROM issued_files")


async def change_everything(tier: Tier3, customer_id: str) -> None:
    """Seller, customer, product and policy, one after the other."""
    changed = await tier.http.patch("/v1/legal-entities/LRDE", json=ELSEWHERE, headers=boss())
    assert changed.is_success, changed.text
    await tier.pool.execute(
        """UPDATE customers SET billing = '{"name": "Other AG", "city": "Wien", "country": "AT"}',
                  contact = contact || '{"company": "Other", "language": "uk", "phones": ["+48221234567"]}'
            WHERE id = $1""",
        customer_id,
    )
    product = {"name": "Renamed", "unit": "km", "tax_percent": "0"}
    assert (await tier.http.patch("/v1/products/ftl", json=product, headers=boss())).is_success
    await tier.policy(payment_term="P90D", timezone="America/New_York")


async def test_documents_stay_the_same_whatever_is_edited_after_their_issue(tier: Tier3) -> None:
    customer_id, invoice_id, note_id = await issued(tier)
    before = await files(tier, invoice_id, note_id)
    await change_everything(tier, customer_id)
    assert await files(tier, invoice_id, note_id) == before


async def test_a_document_that_nobody_opened_before_the_edit_says_what_it_said_at_its_issue(tier: Tier3) -> None:
    customer_id, invoice_id, note_id = await issued(tier)
    _, xml, *_ = await files(tier, invoice_id, note_id)
    await forget_files(tier)
    await change_everything(tier, customer_id)
    _, again, *_ = await files(tier, invoice_id, note_id)
    assert again == xml
    assert b"Stahl &amp; S" in again and b"Other" not in again and b"Sold GmbH" not in again


async def test_money_that_comes_and_goes_leaves_the_document_as_it_is(tier: Tier3) -> None:
    _, invoice_id, note_id = await issued(tier)
    before = await files(tier, invoice_id, note_id)
    paid = {"amount": {"amount": "50.00", "currency": "EUR"}, "reference": "r1"}
    await tier.post(f"/v1/invoices/{invoice_id}/payments", paid)
    await tier.post(f"/v1/invoices/{invoice_id}/credit-notes", {"reason": "rest"})
    assert await files(tier, invoice_id, note_id) == before


async def test_a_void_invoice_keeps_its_documents(tier: Tier3) -> None:
    customer_id, invoice_id, note_id = await issued(tier)
    before = await files(tier, invoice_id, note_id)
    order_id = (await tier.get(f"/v1/invoices/{invoice_id}"))["order_id"]
    await tier.post(f"/v1/orders/{order_id}/cancel", {"reason": "mistake"}, 200)
    assert (await tier.get(f"/v1/invoices/{invoice_id}"))["state"] == "void"
    await change_everything(tier, customer_id)
    assert await files(tier, invoice_id, note_id) == before


async def test_a_new_template_does_not_touch_what_was_printed(
    tier: Tier3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, invoice_id, note_id = await issued(tier)
    before = await files(tier, invoice_id, note_id)
    other = tmp_path / "invoice.typ"
    other.write_text("another look")
    monkeypatch.setattr(invoice_pdf, "_TEMPLATE", other)
    assert await files(tier, invoice_id, note_id) == before


async def test_printing_the_same_words_again_gives_the_same_bytes(tier: Tier3) -> None:
    _, invoice_id, note_id = await issued(tier)
    before = await files(tier, invoice_id, note_id)
    await forget_files(tier)
    again = await files(tier, invoice_id, note_id)
    # The file around an e-invoice carries the time it was put together: that is why files are kept.
    assert (again[0], again[1], again[3]) == (before[0], before[1], before[3])


async def test_an_invoice_of_an_older_process_is_written_down_once_as_the_records_say_then(tier: Tier3) -> None:
    customer_id, invoice_id, note_id = await issued(tier)
    await tier.pool.execute("DELETE FROM issued_documents")
    assert await write_missing_documents(tier.pool) == 2
    assert await write_missing_documents(tier.pool) == 0
    before = await files(tier, invoice_id, note_id)
    await change_everything(tier, customer_id)
    await forget_files(tier)
    assert (await files(tier, invoice_id, note_id))[1] == before[1]
    assert b"Stahl &amp; S" in before[1]


async def test_a_document_that_is_asked_for_before_the_job_came_is_written_at_once(tier: Tier3) -> None:
    _, invoice_id, note_id = await issued(tier)
    await tier.pool.execute("DELETE FROM issued_documents")
    await files(tier, invoice_id, note_id)
    assert await tier.pool.fetchval("SELECT count(*) FROM issued_documents") == 2


def erasing(customer_id: str) -> ErasePerson:
    return ErasePerson(key=f"erase:{customer_id}", lead_ids=[customer_id], by="boss", at=datetime.now(UTC))


async def pay(tier: Tier3) -> None:
    await tier.pool.execute("UPDATE invoices SET paid = total - credited, state = 'paid' WHERE state = 'open'")


async def test_an_erased_customers_invoice_stays_what_it_was_for_its_years_and_forgets_the_buyer_then(
    tier: Tier3,
) -> None:
    customer_id, invoice_id, note_id = await issued(tier)
    before: Any = await files(tier, invoice_id, note_id)
    await pay(tier)
    await tier.activities.erase_person(erasing(customer_id))
    assert await files(tier, invoice_id, note_id) == before
    number: str = await tier.pool.fetchval("SELECT number FROM invoices WHERE id = $1", invoice_id)
    year = int(number.split("-")[-2])
    await erase_expired(tier.pool, datetime(year + 10, 6, 1, tzinfo=UTC))
    assert await files(tier, invoice_id, note_id) == before
    await erase_expired(tier.pool, datetime(year + 11, 6, 1, tzinfo=UTC))
    kept = await tier.pool.fetch("SELECT said::text AS said FROM issued_documents")
    assert all("Stahl" not in row["said"] and "Verspätung" not in row["said"] for row in kept)
    assert await tier.pool.fetchval("SELECT count(*) FROM order_allowance_charges WHERE reason <> 'erased'") == 0
    charges = await tier.pool.fetchval("SELECT charges FROM order_lines WHERE charges <> '[]'")
    assert [(one["reason"], one["reason_code"], one["amount"]) for one in charges] == [("erased", "FC", "2.50")]
    assert await tier.pool.fetchval("SELECT count(*) FROM issued_files") == 0
    answer = await tier.http.get(f"/v1/invoices/{invoice_id}.pdf")
    assert answer.status_code == 200 and answer.content != before[0]
