"""Reminders by mail, where wanted: of the next order and of money, through a real mail server."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from pypdf import PdfReader

from services.account_mgmt.actions import mails
from services.account_mgmt.actions.mail_checks import why_not
from services.account_mgmt.documents import invoice_pdf
from services.chassis.mail.rows import MAX_ATTEMPTS
from services.chassis.mail.sender import Sender
from tests.fixtures.http import make_settings
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.smtp import MailServer, mail_server
from tests.fixtures.tier_3 import LINE, Tier3, boss, nudge_request, tier_3
from workflows.contracts import ids
from workflows.contracts.account_mgmt import RemindInvoice
from workflows.contracts.base import Tier

ADDRESS = "olena@customer.example"


@dataclass
class Post:
    """The tier, its sender, and the server that it talks to."""

    tier: Tier3
    server: MailServer
    sender: Sender

    async def send(self) -> None:
        """The customer's morning comes, and what is due is sent."""
        await self.tier.pool.execute("UPDATE mails SET next_at = now() WHERE state = 'queued'")
        await self.sender.send_due(self.tier.pool)


@pytest_asyncio.fixture
async def post(fresh_database: FreshDatabase) -> AsyncIterator[Post]:
    dsn = await fresh_database("account_mgmt_mails", tier=Tier.ACCOUNT_MGMT)
    async with tier_3(dsn) as tier, mail_server() as server:
        settings = make_settings(dsn, smtp_host="127.0.0.1", smtp_port=server.port, smtp_tls="none")
        yield Post(tier, server, Sender(settings, mails.on_trouble, why_not=why_not))


async def remind(tier: Tier3, customer_id: str, invoice_id: str, level: int) -> str:
    workflow_id = ids.customer(customer_id)
    key = ids.key(workflow_id, f"dunning:{invoice_id}", level)
    request = RemindInvoice(
        key=key, workflow_id=workflow_id, customer_id=customer_id, invoice_id=invoice_id, level=level
    )
    await tier.activities.remind_invoice(request)
    return (await tier.activities.remind_invoice(request)).by


async def test_a_customer_who_wants_mail_is_reminded_by_it_once_in_their_language(post: Post) -> None:
    """espocrm 391: e-mails doubled."""
    customer_id, _ = await post.tier.customer(email=ADDRESS, contact_name="Олена", language="uk")
    assert (await post.tier.http.patch(f"/v1/customers/{customer_id}", json={"remind_by": "mail"})).status_code == 200
    for _ in range(2):
        assert (await post.tier.activities.open_nudge(nudge_request(customer_id))).mailed
    await post.send()
    [mail] = post.server.mails
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "Ваше наступне замовлення")
    text = mail.get_content()
    for part in ("Добрий день, Олена!", "Full truck", "СТОП", "Leadrelay Freight LLC"):
        assert part in text
    assert await post.tier.work(customer_id, "nudge"), "somebody must hear the answer"


async def test_who_wants_calls_or_has_no_address_gets_no_mail(post: Post) -> None:
    for wish, address in (("call", ADDRESS), ("both", None)):
        customer_id, _ = await post.tier.customer(email=address)
        await post.tier.http.patch(f"/v1/customers/{customer_id}", json={"remind_by": wish})
        assert not (await post.tier.activities.open_nudge(nudge_request(customer_id))).mailed
    await post.send()
    assert post.server.mails == []


async def test_no_mail_leaves_in_the_customers_night(post: Post) -> None:
    """espocrm 847: cron in UTC drifts; here the customer's own clock decides."""
    for zone in ("Pacific/Apia", "America/New_York", "Europe/Kyiv"):
        customer_id, account = await post.tier.customer(email=ADDRESS, timezone=zone)
        await remind(post.tier, customer_id, account.invoice_id, 1)
        at = await post.tier.pool.fetchval("SELECT next_at FROM mails WHERE lead_id = $1", customer_id)
        local = at.astimezone(ZoneInfo(zone))
        assert time(9) <= local.time() < time(18)
        assert local.weekday() < 5


async def test_dunning_goes_by_mail_then_by_both_then_by_a_call_as_the_policy_says(post: Post) -> None:
    customer_id, account = await post.tier.customer(email=ADDRESS, language="en")
    ways = [await remind(post.tier, customer_id, account.invoice_id, level) for level in (1, 2, 3)]
    assert ways == ["mail", "both", "call"]
    await post.send()
    assert [mail["Subject"].split(":")[0] for mail in post.server.mails] == ["Payment reminder", "Second reminder"]
    first = post.server.mails[0]
    body = first.get_body()
    assert body is not None
    assert "120,00 UAH" in body.get_content()
    [invoice_pdf] = list(first.iter_attachments())
    assert (invoice_pdf.get_content_type(), invoice_pdf.get_content()[:5]) == ("application/pdf", b"%PDF-")
    # The reminder before it, which nobody has called about, is replaced by the later one.
    assert [item["payload"]["level"] for item in await post.tier.work(customer_id, "dunning")] == [3]


async def test_an_invoice_is_sent_with_its_document_once(post: Post) -> None:
    """A recurring invoice job "Complete, no errors", no document: erpnext 53308."""
    _, account = await post.tier.customer(email=ADDRESS, language="uk")
    path = f"/v1/invoices/{account.invoice_id}/send"
    mails = {(await post.tier.post(path, body, 202))["mail_id"] for body in (None, {}, {"to": ADDRESS})}
    assert len(mails) == 1
    await post.send()
    [mail] = post.server.mails
    assert mail["Subject"].startswith("Рахунок LR-")
    [invoice_pdf] = list(mail.iter_attachments())
    assert invoice_pdf.get_filename() == f"{mail['Subject'].removeprefix('Рахунок ')}.pdf"
    _, nowhere = await post.tier.customer()
    refused = await post.tier.post(f"/v1/invoices/{nowhere.invoice_id}/send", None, 422)
    assert refused["errors"][0]["field"] == "to"


@pytest.mark.parametrize(
    ("wants", "names"),
    [("none", ["pdf"]), ("factur-x", ["pdf"]), ("xml", ["pdf", "xml"])],
)
async def test_a_mail_carries_the_e_invoice_as_the_customer_wants_it(post: Post, wants: str, names: list[str]) -> None:
    seller = {"vat_id": "UA123456789012", "city": "Kyiv"}
    changed = await post.tier.http.patch("/v1/legal-entities/LR", json=seller, headers=boss())
    assert changed.is_success, changed.text
    customer_id, _ = await post.tier.customer(email=ADDRESS, language="en")
    chosen = await post.tier.http.put(f"/v1/customers/{customer_id}/e-invoice", json={"e_invoice": wants})
    assert chosen.is_success, chosen.text
    order = await post.tier.post(f"/v1/customers/{customer_id}/orders", {"lines": [LINE]})
    await post.tier.post(f"/v1/invoices/{order['invoice']['id']}/send", None, 202)
    await post.send()
    files = list(post.server.mails[0].iter_attachments())
    assert [str(one.get_filename()).rpartition(".")[2] for one in files] == names
    content: bytes = files[0].get_content()
    assert ("factur-x.xml" in PdfReader(io.BytesIO(content)).attachments) == (wants == "factur-x")


async def test_an_e_invoice_that_lacks_something_is_not_sent_as_if_it_were_one(post: Post) -> None:
    customer_id, account = await post.tier.customer(email=ADDRESS)
    await post.tier.http.put(f"/v1/customers/{customer_id}/e-invoice", json={"e_invoice": "xml"})
    refused = await post.tier.post(f"/v1/invoices/{account.invoice_id}/send", None, 409)
    assert refused["code"] == "incomplete"
    # A reminder goes out all the same: with the PDF.
    assert await remind(post.tier, customer_id, account.invoice_id, 1) == "mail"


async def test_without_an_address_every_step_of_dunning_is_a_call(post: Post) -> None:
    customer_id, account = await post.tier.customer()
    assert await remind(post.tier, customer_id, account.invoice_id, 1) == "call"
    assert len(await post.tier.work(customer_id, "dunning")) == 1


async def test_an_invoice_that_cannot_be_printed_stops_no_series_and_is_shown(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """erpnext 53308: "Complete, no errors", no document. Here a person sees it and calls instead."""
    broken = tmp_path / "invoice.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(invoice_pdf, "_TEMPLATE", broken)
    customer_id, account = await post.tier.customer(email=ADDRESS)
    assert await remind(post.tier, customer_id, account.invoice_id, 1) == "mail"
    [item] = await post.tier.work(customer_id, "dunning")
    assert item["payload"]["text"].startswith("the invoice cannot be printed")
    assert await post.tier.pool.fetchval("SELECT count(*) FROM mails") == 0


async def test_a_mail_that_does_not_arrive_becomes_a_call_of_the_account_manager(post: Post) -> None:
    customer_id, account = await post.tier.customer(email=ADDRESS)
    await remind(post.tier, customer_id, account.invoice_id, 1)
    post.server.answers = ["550 no such mailbox"] * MAX_ATTEMPTS
    await post.send()
    [item] = await post.tier.work(customer_id, "mail")
    assert item["assignee"] == "oleh"
    assert "dunning" in item["payload"]["text"]
    card = await post.tier.get(f"/v1/customers/{customer_id}/card")
    assert card["on_list_because"][0].startswith("A mail did not arrive")


@pytest.mark.parametrize("state", ["paid", "void"])
async def test_nobody_is_reminded_of_money_that_came_while_the_mail_waited(post: Post, state: str) -> None:
    customer_id, account = await post.tier.customer(email=ADDRESS)
    await remind(post.tier, customer_id, account.invoice_id, 1)
    await post.tier.pool.execute("UPDATE invoices SET state = $2 WHERE id = $1", account.invoice_id, state)
    await post.send()
    assert post.server.mails == []
    [mail] = (await post.tier.http.get("/v1/mails", params={"lead_id": customer_id})).json()["items"]
    assert (mail["state"], mail["withdrawn_why"]) == ("withdrawn", f"the invoice is {state}")


async def test_nobody_is_asked_for_an_order_that_they_have_placed_or_after_they_left(post: Post) -> None:
    for change, why in (
        ("UPDATE customers SET state = 'lost' WHERE id = $1", "the customer is lost"),
        ("UPDATE orders SET placed_at = now() WHERE customer_id = $1", "they have ordered meanwhile"),
    ):
        customer_id, _ = await post.tier.customer(email=ADDRESS)
        await post.tier.http.patch(f"/v1/customers/{customer_id}", json={"remind_by": "mail"})
        assert (await post.tier.activities.open_nudge(nudge_request(customer_id))).mailed
        await post.tier.pool.execute(change, customer_id)
        await post.send()
        assert post.server.mails == []
        [mail] = (await post.tier.http.get("/v1/mails", params={"lead_id": customer_id})).json()["items"]
        assert (mail["state"], mail["withdrawn_why"]) == ("withdrawn", why)
