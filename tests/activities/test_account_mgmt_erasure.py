"""A person who is erased leaves documents of sales for as long as the law wants them, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest_asyncio

from services.account_mgmt.actions.erasure import erase_expired
from services.account_mgmt.domain.retention import Retention
from services.chassis.db import new_id
from services.chassis.mail import NewMail, queue_mail
from tests.fixtures.contracts_3 import make
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.secrets import tables_with
from tests.fixtures.tier_3 import LINE, Tier3, account_request, boss, nudge_request, tier_3
from workflows.contracts import ids
from workflows.contracts.account_mgmt import RemindInvoice
from workflows.contracts.base import Tier
from workflows.contracts.conversion import OpenInbound
from workflows.contracts.erasure import ErasePerson

PHONE, EMAIL, NAME, COMPANY = "+380441238877", "olena.secret@erasme.example", "Olena Tajemna", "Tajemnytsia"
PERSON = (PHONE[1:], EMAIL, NAME)
CARD = {"company": COMPANY, "contact_name": NAME, "phones": [PHONE], "email": EMAIL}


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_erasure", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


def erasing(*customer_ids: str) -> ErasePerson:
    key = f"erase:{customer_ids[0]}:account_mgmt"
    return ErasePerson(key=key, lead_ids=list(customer_ids), by="boss", at=datetime.now(UTC))


async def known(tier: Tier3) -> tuple[str, str]:
    """(customer, open invoice) about whom everything has been written down that an account manager can write."""
    customer_id, opened = await tier.customer(**CARD)
    path = f"/v1/customers/{customer_id}"
    await tier.post(f"{path}/people", {"name": NAME, "phones": [PHONE], "email": EMAIL, "note": f"{NAME} decides"})
    await tier.post(f"{path}/needs", {"text": f"{NAME} wants storage"})
    await tier.post(f"{path}/orders", {"lines": [{**LINE, "product_id": "ftl"}], "note": f"for {NAME}"})
    contract = await make(tier, customer_id, name=f"Storage for {NAME}", lines=[{**LINE, "description": NAME}])
    await tier.post(f"/v1/contracts/{contract['id']}/pause", {"reason": f"{NAME} is away"}, 200)
    nudge = await tier.activities.open_nudge(nudge_request(customer_id))
    complaint = {"outcome": "complaint", "note": f"{NAME} is angry"}
    await tier.post(f"/v1/nudges/{nudge.item_id}/outcome", complaint, status=200)
    call = OpenInbound(
        key=f"in:{customer_id}", workflow_id=ids.customer(customer_id), inbound_call_id="7", lead_id=customer_id,
        note=NAME,
    )  # fmt: skip
    await tier.activities.open_inbound(call)
    said = {"decision": "remind", "reason": f"{NAME} asked for it"}
    await tier.post(f"/v1/invoices/{opened.invoice_id}/dunning-decisions", said, headers=boss())
    async with tier.pool.acquire() as conn:
        mail = NewMail(
            key=f"invoice:{EMAIL}", purpose="invoice", to=EMAIL, subject=NAME, text=NAME, lead_id=customer_id
        )
        await queue_mail(conn, mail)
    return customer_id, opened.invoice_id


async def pay_all(tier: Tier3, customer_id: str) -> None:
    rows = await tier.pool.fetch(
        "SELECT id, total FROM invoices WHERE customer_id = $1 AND state = 'open'", customer_id
    )
    for row in rows:
        money = {"amount": str(row["total"]), "currency": "UAH"}
        await tier.post(f"/v1/invoices/{row['id']}/payments", {"amount": money, "reference": f"pays {row['id']}"})


async def test_after_an_erasure_no_table_of_tier_3_knows_the_person(tier: Tier3) -> None:
    customer_id, _ = await known(tier)
    assert {
        "customers",
        "people",
        "needs",
        "orders",
        "nudges",
        "work_items",
        "mails",
        "dunning_decisions",
    } <= await tables_with(tier.pool, PERSON)
    await tier.activities.erase_person(erasing(customer_id))
    assert await tables_with(tier.pool, PERSON) == set()


async def test_who_owes_stays_a_customer_under_the_companys_name_until_it_is_paid(tier: Tier3) -> None:
    customer_id, invoice_id = await known(tier)
    await tier.activities.erase_person(erasing(customer_id))
    customer = await tier.get(f"/v1/customers/{customer_id}")
    assert (customer["state"], customer["contact"]["company"]) == ("opted_out", COMPANY)
    assert [stop["reason"] for stop in await tier.sent(customer_id, "do_not_call")] == ["erased"]
    assert await tier.work(customer_id) == []
    key = ids.key(ids.customer(customer_id), "dunning", 1)
    dunning = RemindInvoice(
        key=key, workflow_id=ids.customer(customer_id), customer_id=customer_id, invoice_id=invoice_id, level=1
    )
    await tier.activities.remind_invoice(dunning)
    assert [item["kind"] for item in await tier.work(customer_id)] == ["dunning"]
    back = await tier.http.post(f"/v1/customers/{customer_id}/opt-in", json={"reason": "asked"})
    assert (back.status_code, back.json()["code"]) == (409, "erased"), back.text
    await pay_all(tier, customer_id)
    await erase_expired(tier.pool)
    await erase_expired(tier.pool)
    assert [end["reason"] for end in await tier.sent(customer_id, "cancel")] == ["erased"]
    assert (await tier.get(f"/v1/customers/{customer_id}"))["state"] == "cancelled"


async def test_who_owes_nothing_is_no_customer_any_more(tier: Tier3) -> None:
    customer_id, _ = await known(tier)
    await pay_all(tier, customer_id)
    await tier.activities.erase_person(erasing(customer_id))
    await tier.activities.erase_person(erasing(customer_id))
    assert (await tier.get(f"/v1/customers/{customer_id}"))["state"] == "cancelled"
    assert [end["reason"] for end in await tier.sent(customer_id, "cancel")] == ["erased"]
    assert await tier.work(customer_id) == []


async def test_invoices_stay_readable_for_their_years_and_are_then_erased(tier: Tier3) -> None:
    customer_id, invoice_id = await known(tier)
    await pay_all(tier, customer_id)
    note = {"amount": {"amount": "1.00", "currency": "UAH"}, "reason": f"{NAME} asked"}
    await tier.post(f"/v1/invoices/{invoice_id}/credit-notes", note)
    await tier.activities.erase_person(erasing(customer_id))
    number: str = await tier.pool.fetchval("SELECT number FROM invoices WHERE id = $1", invoice_id)
    this_year = int(number.split("-")[-2])
    assert await erase_expired(tier.pool, datetime(this_year + 10, 12, 30, tzinfo=UTC)) == 0
    assert (await tier.http.get(f"/v1/invoices/{invoice_id}.pdf")).status_code == 200
    assert "customers" in await tables_with(tier.pool, [COMPANY])
    assert await erase_expired(tier.pool, datetime(this_year + 11, 1, 3, tzinfo=UTC)) == 1
    assert await tables_with(tier.pool, [*PERSON, COMPANY, f"pays {invoice_id}"]) == set()
    total = (await tier.get(f"/v1/invoices/{invoice_id}"))["total"]
    assert total == {"amount": "120.00", "currency": "UAH"}


async def test_the_policy_says_how_long_documents_are_kept(tier: Tier3) -> None:
    await tier.policy(retention={"invoices": 2, "credit_notes": 2, "payments": 2, "orders": 1})
    customer_id, _ = await tier.customer(**CARD)
    await pay_all(tier, customer_id)
    await tier.activities.erase_person(erasing(customer_id))
    assert await erase_expired(tier.pool, datetime.now(UTC) + timedelta(days=2 * 365)) == 0
    assert await erase_expired(tier.pool, datetime.now(UTC) + timedelta(days=3 * 366 + 2)) == 1


async def test_a_sale_to_somebody_erased_meanwhile_is_invoiced_and_nothing_else_is_kept(tier: Tier3) -> None:
    request = account_request()
    assert request.contact
    request = request.model_copy(update={"contact": request.contact.model_copy(update=CARD)})
    await tier.activities.erase_person(erasing(request.customer_id))
    opened = await tier.activities.open_account(request)
    assert await tables_with(tier.pool, PERSON) == set()
    assert (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["state"] == "open"
    assert await tier.signals(request.customer_id) == ["cancel", "do_not_call"] or await tier.signals(
        request.customer_id
    ) == ["do_not_call"]


async def test_rejected_rows_of_imports_forget_them_too(tier: Tier3) -> None:
    customer_id, _ = await tier.customer(**CARD)
    import_id = new_id()
    await tier.pool.execute(
        """INSERT INTO imports (id, filename, dry_run, default_region, mapping, encoding, delimiter, header, format,
                                created_by) VALUES ($1, 'f', false, 'UA', '{}', 'utf-8', ',', '{}', 'csv', 'boss')""",
        import_id,
    )
    await tier.pool.executemany(
        "INSERT INTO import_rows (import_id, line, verdict, reason, original) VALUES ($1, $2, 'rejected', 'x', $3)",
        [(import_id, 1, ["", "044 123-88-77"]), (import_id, 2, ["", EMAIL.upper()]), (import_id, 3, ["someone else"])],
    )
    await tier.activities.erase_person(erasing(customer_id))
    left = await tier.pool.fetch("SELECT line FROM import_rows WHERE original IS NOT NULL")
    assert [row["line"] for row in left] == [3]


async def test_another_customers_records_are_untouched(tier: Tier3) -> None:
    customer_id, _ = await known(tier)
    other, _ = await tier.customer()
    before = await tier.get(f"/v1/customers/{other}/card")
    await tier.activities.erase_person(erasing(customer_id))
    assert await tier.get(f"/v1/customers/{other}/card") == before


def test_documents_are_kept_from_the_end_of_their_year() -> None:
    since = Retention(invoices=3).kept_since(datetime(2030, 6, 1, tzinfo=UTC))
    assert since.invoices == datetime(2026, 12, 31, tzinfo=UTC)
    assert since.orders == datetime(2023, 12, 31, tzinfo=UTC)
