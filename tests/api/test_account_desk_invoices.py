"""Invoices at the account desk: the list with its sums, one page for everything about one, money by right."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from services.chassis.db import new_id
from services.chassis.events import CHANNEL
from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts import ids
from workflows.contracts.account_mgmt import RemindInvoice
from workflows.contracts.base import Tier

TODAY = "%Y-%m-%d"


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


async def pay(desk: Desk3, invoice_id: str, amount: str = "120.00", **changes: Any) -> Any:
    fields = {"currency": "UAH", "paid_on": datetime.now(UTC).strftime(TODAY), "reference": new_id(), **changes}
    return await desk.act(f"invoices/{invoice_id}/payments", amount=amount, **fields)


async def credit(desk: Desk3, invoice_id: str, **fields: Any) -> Any:
    return await desk.act(f"invoices/{invoice_id}/credit-notes", **{"currency": "UAH", "reason": "late", **fields})


async def overdue(tier: Tier3, invoice_id: str, days: int) -> None:
    await tier.pool.execute(
        "UPDATE invoices SET due_at = now() - make_interval(days => $2) WHERE id = $1", invoice_id, days
    )


async def remind(tier: Tier3, customer_id: str, invoice_id: str, level: int) -> None:
    workflow_id = ids.customer(customer_id)
    key = ids.key(workflow_id, f"dunning:{invoice_id}", level)
    request = RemindInvoice(
        key=key, workflow_id=workflow_id, customer_id=customer_id, invoice_id=invoice_id, level=level
    )
    await tier.activities.remind_invoice(request)


def text_of(page: str, element_id: str) -> str:
    found = re.search(rf'id="{element_id}"[^>]*>([^<]*)', page)
    assert found, (element_id, page)
    return found[1].strip().replace("\N{NO-BREAK SPACE}", " ")


async def heard(dsn: str, act: Any) -> list[str]:
    """Events that this act published."""
    found: list[str] = []
    over = asyncio.Event()

    def hear(*told: Any) -> None:
        found.append(told[-1])
        if "over" in told[-1]:
            over.set()

    conn = await asyncpg.connect(dsn)
    await conn.add_listener(CHANNEL, hear)
    await act
    await conn.execute("SELECT pg_notify($1, 'over')", CHANNEL)
    await over.wait()
    await conn.close()
    return found


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
    assert (await desk.http.get(f"/desk/credit-notes/{note['id']}/pdf")).content.startswith(b"%PDF")


async def test_an_invoice_that_is_not_there_says_so(desk: Desk3) -> None:
    assert "There is nothing here" in await desk.page(f"invoices/{new_id()}", 404)


# ---- money comes


@pytest.mark.parametrize(
    ("amount", "said", "left"),
    [
        ("20", "100.00 is still open", "UAH 100.00"),
        ("120,00", "the invoice is paid.", "UAH 0.00"),
        ("150", "30.00 is too much", "UAH 0.00"),
    ],
)
async def test_money_is_booked_in_part_in_full_and_more(
    tier: Tier3, desk: Desk3, amount: str, said: str, left: str
) -> None:
    _, opened = await tier.customer()
    answer = await pay(desk, opened.invoice_id, amount)
    assert answer.status_code == 200 and said in answer.text
    assert text_of(answer.text, "open-amount") == left


async def test_the_same_reference_again_changes_nothing_and_says_so(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    await pay(desk, opened.invoice_id, "20", reference="PB-1")
    again = await pay(desk, opened.invoice_id, "20", reference="PB-1")
    assert "was booked on this invoice before" in again.text
    assert text_of(again.text, "open-amount") == "UAH 100.00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "a lot"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"amount": "9" * 20}, "amount"),
        ({"currency": "EUR"}, "amount.currency"),
        ({"reference": " "}, "reference"),
        ({"paid_on": "yesterday"}, "paid_on"),
        ({"paid_on": "2199-12-31"}, "paid_on"),
    ],
)
async def test_a_wrong_payment_is_refused_beside_its_field(
    tier: Tier3, desk: Desk3, changes: dict[str, str], field: str
) -> None:
    _, opened = await tier.customer()
    before = await tier.counts()
    answer = await pay(desk, opened.invoice_id, **changes)
    assert answer.status_code == 422 and f'"{field}"' in answer.headers["hx-trigger"]
    assert await tier.counts() == before


# ---- credit notes


@pytest.mark.parametrize(
    ("fields", "credited"),
    [
        ({"what": "open"}, "120.00"),
        ({"what": "whole"}, "120.00"),
        ({"what": "lines", "lines": ["1"]}, "120.00"),
        ({"what": "amount", "amount": "12,5"}, "12.50"),
    ],
)
async def test_a_credit_note_takes_back_what_was_chosen(
    tier: Tier3, desk: Desk3, fields: dict[str, Any], credited: str
) -> None:
    _, opened = await tier.customer()
    answer = await credit(desk, opened.invoice_id, **fields)
    assert answer.status_code == 200, answer.text
    assert (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["credited"]["amount"] == credited
    assert "is written" in answer.text


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"what": "lines"}, "lines"),
        ({"what": "lines", "lines": ["2"]}, "lines"),
        ({"what": "lines", "lines": ["0"]}, "lines"),
        ({"what": "amount", "amount": ""}, "amount"),
        ({"what": "amount", "amount": "500"}, "amount.amount"),
        ({"what": "everything"}, "what"),
        ({"what": "open", "reason": ""}, "reason"),
    ],
)
async def test_a_wrong_credit_note_is_refused_beside_its_field(
    tier: Tier3, desk: Desk3, fields: dict[str, Any], field: str
) -> None:
    _, opened = await tier.customer()
    before = await tier.counts()
    answer = await credit(desk, opened.invoice_id, **fields)
    assert answer.status_code == 422 and f'"{field}"' in answer.headers["hx-trigger"]
    assert await tier.counts() == before


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


# ---- the list


async def test_the_list_is_filtered_and_its_sums_lead_to_their_invoices(tier: Tier3, desk: Desk3) -> None:
    (first, late), (_, paid) = await tier.customer(company="Перший"), await tier.customer(company="Другий")
    await overdue(tier, late.invoice_id, 3)
    await pay(desk, paid.invoice_id)
    open_ones = await desk.page("invoices")
    assert late.invoice_id in open_ones and paid.invoice_id not in open_ones
    assert "view=late&amp;currency=UAH" in open_ones
    assert late.invoice_id in await desk.page("invoices", view="late")
    assert paid.invoice_id in await desk.page("invoices", view="paid")
    own = await desk.page("invoices", view="all", customer_id=first)
    assert late.invoice_id in own and paid.invoice_id not in own and "Перший" in own
    assert late.invoice_id not in await desk.page("invoices", currency="EUR")
    month = datetime.now(UTC).strftime("%Y-%m")
    assert paid.invoice_id in await desk.page("invoices", view="paid", month=month)
    assert paid.invoice_id not in await desk.page("invoices", view="paid", month="2001-01")


async def test_mine_are_those_of_my_customers(tier: Tier3, desk: Desk3, colleague: Desk3) -> None:
    _, opened = await tier.customer()
    await overdue(tier, opened.invoice_id, 100)
    assert opened.invoice_id in await desk.page("invoices", mine="1")
    assert opened.invoice_id not in await colleague.page("invoices", mine="1")


async def test_an_account_managers_list_opens_on_their_own_and_a_supervisors_on_all(
    tier: Tier3, desk: Desk3, colleague: Desk3, supervisor: Desk3
) -> None:
    _, opened = await tier.customer()
    await overdue(tier, opened.invoice_id, 200)
    for person, params, shown in (
        (desk, {}, True), (supervisor, {}, True), (colleague, {}, False), (colleague, {"mine": "0"}, True),
    ):  # fmt: skip
        assert (opened.invoice_id in await person.page("invoices", **params)) is shown
    page = await colleague.page("invoices", mine="0")
    assert 'name="mine" value="0"' in page


async def test_a_customers_invoices_are_all_shown_to_a_colleague(tier: Tier3, colleague: Desk3) -> None:
    customer_id, opened = await tier.customer()
    assert opened.invoice_id in await colleague.page("invoices", view="all", customer_id=customer_id)


async def test_a_number_leads_to_its_invoice(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    number = (await tier.get(f"/v1/invoices/{opened.invoice_id}"))["number"]
    for typed in (number, number.lower(), number.removeprefix("LR-"), str(int(number.rpartition("-")[2]))):
        found = await desk.http.get("/desk/invoices", params={"q": f" {typed} "})
        assert found.headers["location"] == f"/accounts/desk/invoices/{opened.invoice_id}", typed
    for typed in ("LR-2001-000001", "999999999", "Вітер", "%", "12'34", "LR-CN-2026-000001"):
        assert "No invoice has this number" in await desk.page("invoices", q=typed)


async def test_the_list_goes_on_page_by_page_without_losing_one(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer()
    await tier.pool.execute(
        """INSERT INTO orders (id, customer_id, number, source, total, tax, currency, placed_by)
           SELECT gen_random_uuid(), $1, 'many-' || n, 'own', 1, 0, 'UAH', 'test' FROM generate_series(1, 70) AS n""",
        customer_id,
    )
    await tier.pool.execute(
        """INSERT INTO invoices (id, number, entity, order_id, customer_id, total, currency, due_at, issued_at)
           SELECT gen_random_uuid(), number, 'LR', id, $1, 1, 'UAH', now(), now() FROM orders
            WHERE customer_id = $1 AND number LIKE 'many-%'""",
        customer_id,
    )
    for view in ("all", "open"):
        seen: list[str] = []
        params: dict[str, Any] | None = {"view": view, "customer_id": customer_id}
        while params:
            page = await desk.page("invoices", **params)
            seen += re.findall(r'<tr id="row-([^"]+)"', page)
            following = re.search(r'<a href="[^"]*after=([\w-]+)"', page)
            params = {**params, "after": following[1]} if following else None
        assert len(seen) == len(set(seen)) == 71 and opened.invoice_id in seen


@pytest.mark.parametrize(
    "params",
    [{"view": "secret"}, {"customer_id": "x"}, {"currency": "uah; --"}, {"month": "2026-13"}, {"after": "nonsense"}],
)
async def test_a_filter_that_cannot_be_is_answered_in_words(desk: Desk3, params: dict[str, str]) -> None:
    assert "That did not work" in await desk.page("invoices", 422, **params)


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
