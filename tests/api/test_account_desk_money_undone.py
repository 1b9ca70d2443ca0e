"""An invoice's money put right at the account desk: who may do what, what is said, and what its story shows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from tests.fixtures.desk_3 import Desk3, desk_3
from tests.fixtures.invoices_3 import pay, text_of
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_3 import LINE, Tier3, tier_3
from workflows.contracts.base import Tier


@pytest_asyncio.fixture(scope="module")
async def dsn(fresh_database: FreshDatabase) -> str:
    return await fresh_database("account_desk_money_undone", tier=Tier.ACCOUNT_MGMT)


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


async def the_payment(tier: Tier3, invoice_id: str) -> str:
    return str((await tier.get(f"/v1/invoices/{invoice_id}"))["payments"][0]["id"])


async def test_a_payment_is_undone_and_stays_in_list_and_story(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer()
    await pay(desk, opened.invoice_id, reference="bank-1")
    path = f"invoices/{opened.invoice_id}"
    payment = await the_payment(tier, opened.invoice_id)
    assert f'id="ask-undo-{payment}"' in await desk.page(path)
    answer = await desk.act(f"{path}/payments/{payment}/reversal", kind="returned", reason="no cover")
    assert answer.status_code == 200 and "is open again" in answer.text
    assert text_of(answer.text, "open-amount") == "UAH 120.00"
    assert "The bank took UAH 120.00" in answer.text.replace("\N{NO-BREAK SPACE}", " ") and "no cover" in answer.text
    assert f'id="ask-undo-{payment}"' not in answer.text and "bank-1" in answer.text
    assert "The bank took" in await desk.page(f"customers/{customer_id}/story")


async def test_a_surplus_is_moved_to_another_invoice_at_the_desk(tier: Tier3, desk: Desk3) -> None:
    customer_id, opened = await tier.customer()
    path = f"invoices/{opened.invoice_id}"
    assert "Move what is too much" not in await desk.page(path)
    other = (await tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]}))["invoice"]
    await pay(desk, opened.invoice_id, "150")
    assert other["number"] in await desk.page(path)
    fields = {"to_invoice_id": other["id"], "amount": "30.00", "currency": "UAH", "reason": "as agreed"}
    refused = await desk.act(f"{path}/surplus-moves", **fields | {"amount": "31"})
    assert refused.status_code == 422 and "at most" in refused.text
    moved = await desk.act(f"{path}/surplus-moves", **fields)
    assert moved.status_code == 200 and f"pays {other['number']} now" in moved.text
    there = await desk.page(f"invoices/{other['id']}")
    assert "where it was too much" in there and text_of(there, "open-amount") == "UAH 90.00"


async def test_a_difference_is_written_off_and_asked_for_again_by_a_supervisor(
    tier: Tier3, desk: Desk3, supervisor: Desk3
) -> None:
    _, opened = await tier.customer()
    path = f"invoices/{opened.invoice_id}"
    await pay(desk, opened.invoice_id, "119.50")
    assert re.search(r'id="write-off-amount"[^>]*', await desk.page(path))
    fields: dict[str, Any] = {"amount": "0.50", "currency": "UAH", "kind": "bank_charge", "reason": "a fee"}
    answer = await desk.act(f"{path}/write-offs", **fields)
    assert answer.status_code == 200 and "is written off" in answer.text
    made = (await tier.get(f"/v1/{path}/write-offs"))["items"][0]["id"]
    assert f'id="ask-again-{made}"' not in answer.text
    assert f'id="ask-again-{made}"' in await supervisor.page(path)
    undo = f"{path}/write-offs/{made}/reversal"
    assert (await desk.act(undo, reason="x")).status_code == 403
    again = await supervisor.act(undo, reason="they paid it")
    assert again.status_code == 200 and "is asked for again" in again.text


async def test_more_than_a_role_may_write_off_is_refused_in_words(tier: Tier3, desk: Desk3) -> None:
    _, opened = await tier.customer()
    fields = {"amount": "60.00", "currency": "UAH", "kind": "difference", "reason": "x"}
    refused = await desk.act(f"invoices/{opened.invoice_id}/write-offs", **fields)
    assert refused.status_code == 403 and "may write off UAH 50.00" in refused.text.replace("\xa0", " ")


async def test_a_refund_of_what_is_not_too_much_says_that_the_invoice_opens(tier: Tier3, supervisor: Desk3) -> None:
    _, opened = await tier.customer()
    await pay(supervisor, opened.invoice_id)
    page = await supervisor.page(f"invoices/{opened.invoice_id}")
    assert "is open again until a credit note covers it" in page
    other = await pay(supervisor, opened.invoice_id)
    assert "It is a surplus, so commission stays" in other.text
