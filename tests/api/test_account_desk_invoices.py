"""Invoices at the account desk: beside the card, the page of one, who may do what, what is told of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest_asyncio

from services.chassis.db import new_id
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.invoices_3 import credit, heard, overdue, pay, remind
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_invoices", tier=Tier.ACCOUNT_MGMT)


@pytest_asyncio.fixture(scope="module")
async def tier(dsn: str) -> AsyncIterator[Tier3]:
    async with tier_3(dsn) as tier:
        yield tier


@pytest_asyncio.fixture(scope="module")
async def desk(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - Oleh must be there first
    async with desk_3(dsn) as desk:
        yield desk


@pytest_asyncio.fixture(scope="module")
async def supervisor(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - as above
    async with desk_3(dsn, "boss", "supervisor") as desk:
        yield desk


@pytest_asyncio.fixture(scope="module")
async def colleague(dsn: str, tier: Tier3) -> AsyncIterator[Desk3]:  # noqa: ARG001 - as above
    async with desk_3(dsn, "petro") as desk:
        yield desk


# ---- beside the card


async def test_open_invoices_stand_beside_the_card_with_how_late_they_are(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer(email="o@viter.example")
    page = await desk.page(f"customers/{customer_id}")
    assert "due in 1" in page and "All 1" in page
    await overdue(tier, opened.invoice_id, 12)
    await remind(tier, customer_id, opened.invoice_id, 1)
    page = await desk.page(f"customers/{customer_id}/money")
    assert re.search(r"late 1[123] days", page) and "reminder 1" in page
    assert f'href="/accounts/desk/invoices/{opened.invoice_id}/pdf"' in page
    await pay(desk, opened.invoice_id)
    assert re.search(r"paid \d+ \w+", await desk.page(f"customers/{customer_id}/money"))


# ---- the page of one


async def test_the_page_tells_what_comes_next_and_when(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer(email="o@viter.example")
    path = f"invoices/{opened.invoice_id}"
    assert "Reminder 1, by mail" in await desk.page(path)
    await overdue(tier, opened.invoice_id, 1)
    await remind(tier, customer_id, opened.invoice_id, 1)
    page = await desk.page(path)
    assert "Reminder 2, by mail and a call" in page and "to o@viter.example: waits to be sent" in page
    await remind(tier, customer_id, opened.invoice_id, 2)
    await remind(tier, customer_id, opened.invoice_id, 3)
    assert "No more reminders go out" in await desk.page(path)
    await pay(desk, opened.invoice_id)
    assert "No more reminders" not in await desk.page(path)


async def test_without_a_mail_address_the_next_reminder_is_a_call(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    assert "Reminder 1, by a call" in await desk.page(f"invoices/{opened.invoice_id}")


async def test_documents_open_beside_the_page(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    found = await desk.http.get(f"/desk/invoices/{opened.invoice_id}/pdf")
    assert found.headers["content-type"] == "application/pdf" and found.content.startswith(b"%PDF")
    lacking = await desk.http.get(f"/desk/invoices/{opened.invoice_id}/xml")
    assert lacking.status_code == 409 and "An e-invoice needs" in lacking.text
    await credit(desk, opened.invoice_id, what="amount", amount="20")
    note = (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["credit_notes"][0]
    page = await desk.page(f"invoices/{opened.invoice_id}")
    assert f"/accounts/desk/credit-notes/{note['id']}/pdf" in page
    assert "There is no e-invoice of it. It would need the seller" in page
    assert "/xml" not in page and "factur-x" not in page and "PATCH" not in page
    assert (await desk.http.get(f"/desk/credit-notes/{note['id']}/pdf")).content.startswith(b"%PDF")


async def test_an_invoice_that_is_not_there_says_so(desk: Desk3) -> None:
    assert "There is nothing here" in await desk.page(f"invoices/{new_id()}", 404)


# ---- rights


async def test_a_colleagues_invoice_says_who_may_and_offers_nothing(tier: Tier3, colleague: Desk3) -> None:
    _, opened = await tier.customer(email="o@viter.example")
    page = await colleague.page(f"invoices/{opened.invoice_id}")
    assert "Oleh looks after this customer" in page and "<form" not in page.split('id="invoice"')[1].split("<footer")[0]
    before = await tier.counts()
    assert (await pay(colleague, opened.invoice_id)).status_code == 403
    assert (await credit(colleague, opened.invoice_id, what="open")).status_code == 403
    order_id = (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["order_id"]
    fields = {"reason": "x", "invoice_id": opened.invoice_id}
    assert (await colleague.act(f"orders/{order_id}/cancel", **fields)).status_code == 403
    assert (await colleague.act(f"invoices/{opened.invoice_id}/mails", to="a@b.example")).status_code == 403
    assert await tier.counts() == before


async def test_a_mail_address_is_masked_for_a_colleague(tier: Tier3, desk: Desk3, colleague: Desk3) -> None:
    _, opened = await tier.customer(email="olena@viter.example")
    await desk.act(f"invoices/{opened.invoice_id}/mails", to="olena@viter.example")
    assert "olena@viter.example" in await desk.page(f"invoices/{opened.invoice_id}")
    seen = await colleague.page(f"invoices/{opened.invoice_id}")
    assert "olena@viter.example" not in seen and "o***@viter.example" in seen


async def test_only_a_supervisor_gives_money_back(tier: Tier3, desk: Desk3, supervisor: Desk3) -> None:
    _, opened = await tier.customer()
    await pay(desk, opened.invoice_id, "150")
    path = f"invoices/{opened.invoice_id}"
    assert "A supervisor gives money back" in await desk.page(path)
    assert "Book the refund" in await supervisor.page(path)
    fields = {"amount": "30.00", "currency": "UAH", "reference": "R-1", "reason": "too much"}
    assert (await desk.act(f"{path}/refunds", **fields)).status_code == 403
    answer = await supervisor.act(f"{path}/refunds", **fields)
    assert answer.status_code == 200 and "given back" in answer.text
    assert (
        await supervisor.act(f"{path}/refunds", **fields | {"reference": "R-2", "amount": "500"})
    ).status_code == 422


async def test_an_order_is_cancelled_from_the_page_of_its_invoice(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    order_id = (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["order_id"]
    fields = {"reason": "not needed", "invoice_id": opened.invoice_id}
    answer = await desk.act(f"orders/{order_id}/cancel", **fields)
    assert answer.status_code == 200 and "is cancelled" in answer.text and ">void<" in answer.text.replace("\n", "")
    again = await desk.act(f"orders/{order_id}/cancel", **fields)
    assert again.status_code == 409 and "already cancelled" in again.text


async def test_nobody_reads_invoices_without_a_session(desk: Desk3) -> None:
    found = await desk.http.get("/desk/invoices", headers={"Cookie": ""})
    assert found.status_code == 303 and found.headers["location"].startswith("/sign-in")


# ---- live


async def test_whatever_happens_to_an_invoice_is_told_to_the_pages(tier: Tier3, desk: Desk3, dsn: str) -> None:
    customer_id, opened = await tier.customer(email="o@viter.example")
    page = f"invoices/{opened.invoice_id}"
    for act in (
        pay(desk, opened.invoice_id, "10"),
        credit(desk, opened.invoice_id, what="amount", amount="10"),
        desk.act(f"{page}/mails", to="o@viter.example"),
        remind(tier, customer_id, opened.invoice_id, 1),
        credit(desk, opened.invoice_id, what="open"),
    ):
        told = [event for event in await heard(dsn, act) if '"invoice.changed"' in event]
        assert told and opened.invoice_id in told[0] and customer_id in told[0]


async def test_a_forms_second_press_books_once(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    fields = {"reference": "PB-9", "idempotency_key": new_id()}
    await pay(desk, opened.invoice_id, "20", **fields)
    await pay(desk, opened.invoice_id, "20", **fields)
    assert (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["paid"]["amount"] == "20.00"
