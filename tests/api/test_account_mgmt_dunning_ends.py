"""Nobody is asked for money that has come: work ends, mails are withdrawn, what leaves is true, and pages say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.account_mgmt.actions import mails
from services.account_mgmt.actions.debts import ask_supervisors
from services.account_mgmt.actions.dunning import NobodyToRemind, prepare_reminder, remind_of_invoice
from services.account_mgmt.actions.mail_checks import why_not
from services.account_mgmt.repository import late
from services.chassis.mail.rows import MAX_ATTEMPTS
from services.chassis.mail.sender import Sender
from tests.fixtures.http import make_settings
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.smtp import MailServer, mail_server
from tests.fixtures.tier_3 import Tier3, boss, tier_3
from workflows.contracts import ids
from workflows.contracts.account_mgmt import RemindedInvoice, RemindInvoice
from workflows.contracts.base import Tier

ADDRESS = "olena@customer.example"


def step(customer_id: str, invoice_id: str, level: int) -> RemindInvoice:
    workflow_id = ids.customer(customer_id)
    key = ids.key(workflow_id, f"dunning:{invoice_id}", level)
    return RemindInvoice(key=key, workflow_id=workflow_id, customer_id=customer_id, invoice_id=invoice_id, level=level)


@pytest_asyncio.fixture
async def tier(fresh_database: FreshDatabase) -> AsyncIterator[Tier3]:
    async with tier_3(await fresh_database("account_mgmt_dunning_ends", tier=Tier.ACCOUNT_MGMT)) as tier:
        yield tier


async def dunned(tier: Tier3, levels: int = 2) -> tuple[str, str]:
    """A customer who was reminded by mail and by a call, and whose mails wait for their morning."""
    customer_id, account = await tier.customer(email=ADDRESS, language="en")
    for level in range(1, levels + 1):
        await tier.activities.remind_invoice(step(customer_id, account.invoice_id, level))
    return customer_id, account.invoice_id


async def pay(tier: Tier3, invoice_id: str, amount: str = "120.00") -> None:
    money = {"amount": amount, "currency": "UAH"}
    await tier.post(f"/v1/invoices/{invoice_id}/payments", {"amount": money, "reference": f"bank {amount}"})


async def mails_of(tier: Tier3, customer_id: str) -> list[Any]:
    found = (await tier.get(f"/v1/mails?lead_id={customer_id}"))["items"]
    return [(one["state"], one["withdrawn_why"]) for one in found]


async def send(tier: Tier3, server: MailServer) -> None:
    settings = make_settings("", smtp_host="127.0.0.1", smtp_port=server.port, smtp_tls="none")
    await tier.pool.execute("UPDATE mails SET next_at = now() WHERE state = 'queued'")
    await Sender(settings, mails.on_trouble, why_not=why_not).send_due(tier.pool)


async def test_a_payment_closes_the_work_and_withdraws_mails_of_every_level(tier: Tier3) -> None:
    customer_id, invoice_id = await dunned(tier)
    await pay(tier, invoice_id)
    listed = await tier.get("/v1/work?kind=dunning")
    assert listed["items"] == []
    [closed] = (await tier.get("/v1/work?kind=dunning&state=cancelled"))["items"]
    assert closed["result"] == "the invoice is paid"
    assert closed["closed_at"] is not None
    assert await mails_of(tier, customer_id) == [("withdrawn", "the invoice is paid")] * 2


@pytest.mark.parametrize("way", ["credit-notes", "cancel"])
async def test_a_credit_note_or_a_cancellation_ends_the_reminders_too(tier: Tier3, way: str) -> None:
    customer_id, invoice_id = await dunned(tier)
    if way == "cancel":
        order_id = (await tier.get(f"/v1/invoices/{invoice_id}"))["order_id"]
        await tier.post(f"/v1/orders/{order_id}/cancel", {"reason": "not needed"}, status=200)
    else:
        await tier.post(f"/v1/invoices/{invoice_id}/credit-notes", {"reason": "damaged"})
    assert await tier.work(customer_id, "dunning") == []
    assert await mails_of(tier, customer_id) == [("withdrawn", "the invoice is void")] * 2


@pytest.mark.parametrize("apart", [False, True], ids=["merged", "merged and taken apart"])
async def test_a_payment_ends_the_reminders_of_a_customer_who_was_merged_since(tier: Tier3, apart: bool) -> None:
    customer_id, invoice_id = await dunned(tier)
    kept, _ = await tier.customer()
    merge = await tier.post(f"/v1/customers/{kept}/merge", {"gone": customer_id}, headers=boss())
    if apart:
        await tier.post(f"/v1/customer-merges/{merge['id']}/undo", {}, 200, boss())
    await pay(tier, invoice_id)
    owner = customer_id if apart else kept
    assert await tier.work(owner, "dunning") == []
    assert await mails_of(tier, owner) == [("withdrawn", "the invoice is paid")] * 2


async def test_a_mail_that_waits_because_the_server_was_away_is_withdrawn_too(tier: Tier3) -> None:
    customer_id, invoice_id = await dunned(tier, 1)
    async with mail_server() as server:
        server.answers = ["451 try later"]
        await send(tier, server)
        await pay(tier, invoice_id)
        await send(tier, server)
        assert server.mails == []
    assert await mails_of(tier, customer_id) == [("withdrawn", "the invoice is paid")]


async def test_what_a_lost_reminder_left_to_do_ends_with_the_payment(tier: Tier3) -> None:
    customer_id, invoice_id = await dunned(tier, 1)
    async with mail_server() as server:
        server.answers = ["550 no such mailbox"] * MAX_ATTEMPTS
        await send(tier, server)
    assert len(await tier.work(customer_id, "mail")) == 1
    await pay(tier, invoice_id)
    assert await tier.work(customer_id) == []


async def test_a_step_that_is_being_prepared_when_the_money_comes_reminds_nobody(tier: Tier3) -> None:
    customer_id, account = await tier.customer(email=ADDRESS)
    request = step(customer_id, account.invoice_id, 1)
    ready = await prepare_reminder(tier.pool, request)
    await pay(tier, account.invoice_id)
    async with tier.pool.acquire() as conn, conn.transaction():
        with pytest.raises(NobodyToRemind):
            await remind_of_invoice(conn, request, ready)
    assert (await tier.activities.remind_invoice(request)).settled
    assert await mails_of(tier, customer_id) == []
    assert await tier.work(customer_id, "dunning") == []


async def test_a_payment_and_a_step_at_one_moment_leave_no_mail_behind(tier: Tier3) -> None:
    for _ in range(5):
        customer_id, account = await tier.customer(email=ADDRESS)
        request = step(customer_id, account.invoice_id, 1)
        await asyncio.gather(
            tier.activities.remind_invoice(request), pay(tier, account.invoice_id), return_exceptions=True
        )
        assert {state for state, _ in await mails_of(tier, customer_id)} <= {"withdrawn"}
        assert await tier.work(customer_id, "dunning") == []


async def test_a_reminder_that_leaves_after_a_part_payment_asks_for_the_rest(tier: Tier3) -> None:
    _, invoice_id = await dunned(tier, 1)
    await pay(tier, invoice_id, "50.00")
    async with mail_server() as server:
        await send(tier, server)
        [mail] = server.mails
    body = mail.get_body()
    assert body is not None
    assert "70,00 UAH" in body.get_content()
    assert "120,00" not in body.get_content()
    assert len(list(mail.iter_attachments())) == 1


async def test_an_invoice_that_opens_again_is_reminded_of_by_the_step_that_was_not_needed(tier: Tier3) -> None:
    customer_id, account = await tier.customer(email=ADDRESS)
    request = step(customer_id, account.invoice_id, 1)
    await pay(tier, account.invoice_id)
    assert (await tier.activities.remind_invoice(request)).settled
    # An earlier release kept this answer.
    kept = RemindedInvoice(settled=True).model_dump(mode="json")
    await tier.pool.execute("INSERT INTO effects (key, answer) VALUES ($1, $2)", request.key, kept)
    await tier.pool.execute("UPDATE invoices SET state = 'open', paid = 0 WHERE id = $1", account.invoice_id)
    first = await tier.activities.remind_invoice(request)
    assert first.by == "mail"
    assert await tier.activities.remind_invoice(request) == first
    assert len(await mails_of(tier, customer_id)) == 1


async def test_who_left_keeps_the_reminders_of_what_they_owe(tier: Tier3) -> None:
    """A complaint that ends with "left" cancels what was to be sold, and nothing that is to be paid."""
    customer_id, _ = await dunned(tier)
    complaint = await tier.post(f"/v1/customers/{customer_id}/complaints", {"text": "late again"})
    await tier.post(f"/v1/work/{complaint['item_id']}/done", {"result": "left"}, status=200, headers=boss())
    assert [one["kind"] for one in await tier.work(customer_id)] == ["dunning"]
    assert {state for state, _ in await mails_of(tier, customer_id)} == {"queued"}


async def late_kinds(tier: Tier3, customer_id: str) -> list[str]:
    """What operators see as late of this customer."""
    async with tier.pool.acquire() as conn:
        return [row.kind for row in await late.page(conn, 50, None, customer_id)]


async def test_after_the_last_reminder_nobody_waits_for_a_workflow(tier: Tier3) -> None:
    customer_id, invoice_id = await dunned(tier, levels=3)
    await tier.pool.execute("UPDATE invoices SET dunning_at = now() - interval '2 hours' WHERE id = $1", invoice_id)
    assert "dunning" in await late_kinds(tier, customer_id)  # nobody has been asked what becomes of it
    assert await ask_supervisors(tier.pool) == 1
    assert "dunning" not in await late_kinds(tier, customer_id)
    # It is work of a supervisor now, and late as such work is.
    await tier.pool.execute("UPDATE work_items SET opened_at = now() - interval '2 days' WHERE kind = 'debt'")
    assert "work" in await late_kinds(tier, customer_id)
