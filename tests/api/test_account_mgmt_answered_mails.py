"""What customers answer by mail reaches their account manager, and ends the reminders if they ask for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest_asyncio

from services.account_mgmt.actions import mails
from services.account_mgmt.actions.answered_mails import EARS
from services.chassis.mail import NewMail, queue_mail
from services.chassis.mail.inbound.inbox import Inbox
from services.chassis.mail.reply_address import Answers
from services.chassis.mail.sender import Sender
from tests.fixtures.http import make_settings
from tests.fixtures.inbound_mail import REPLY_ADDRESS, hand_over, sample
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.smtp import MailServer, mail_server
from tests.fixtures.tier_3 import Tier3, tier_3
from workflows.contracts.base import Tier

ADDRESS = "olena@customer.example"


@dataclass
class Post:
    """The tier, what it sends, and what comes back."""

    tier: Tier3
    server: MailServer
    sender: Sender
    inbox: Inbox

    async def comes(self, name: str, customer_id: str, purpose: str = "nudge") -> None:
        """A mail of ours has gone out, and this comes back, twice as servers do."""
        async with self.tier.pool.acquire() as conn:
            await queue_mail(conn, NewMail(f"{name}:{customer_id}", purpose, ADDRESS, "Order", "x", customer_id))
        await self.sender.send_due(self.tier.pool)
        mail = self.server.mails[-1]
        for _ in range(2):
            raw, to = sample(name, str(mail["Reply-To"]), str(mail["Message-ID"])), str(mail["Reply-To"])
            assert (await hand_over(self.tier.http, raw, to)).status_code == 200
        await self.inbox.read_new(self.tier.pool)

    async def state(self, customer_id: str) -> str:
        return str((await self.tier.get(f"/v1/customers/{customer_id}"))["state"])


@pytest_asyncio.fixture
async def post(fresh_database: FreshDatabase) -> AsyncIterator[Post]:
    dsn = await fresh_database("account_mgmt_answered", tier=Tier.ACCOUNT_MGMT)
    async with tier_3(dsn, reply_address=REPLY_ADDRESS) as tier, mail_server() as server:
        settings = make_settings(
            dsn, smtp_host="127.0.0.1", smtp_port=server.port, smtp_tls="none", reply_address=REPLY_ADDRESS
        )
        answers = Answers(Tier.ACCOUNT_MGMT, "/accounts", ["nudge"])
        yield Post(tier, server, Sender(settings, mails.on_trouble, answers), Inbox(EARS))


async def test_a_customers_answer_is_work_of_their_account_manager_with_its_text(post: Post) -> None:
    customer_id, _ = await post.tier.customer(email=ADDRESS)
    await post.comes("gmail_reply", customer_id)
    [work] = await post.tier.work(customer_id, "reply")
    assert work["assignee"] == "oleh"
    assert work["payload"]["text"] == "Yes, we ship two trucks a month. Could you call on Thursday?"
    listed = await post.tier.get("/v1/work?kind=reply")
    assert [item["item_id"] for item in listed["items"]] == [str(work["id"])]
    await post.tier.post(f"/v1/work/{work['id']}/done", {"result": "done"}, 200)


async def test_a_customers_out_of_office_is_in_their_story_and_nobodys_work(post: Post) -> None:
    customer_id, _ = await post.tier.customer(email=ADDRESS)
    await post.comes("gmail_vacation_ukrainian", customer_id)
    assert not await post.tier.work(customer_id, "reply")
    page = await post.tier.http.get(f"/v1/inbound-mails?lead_id={customer_id}")
    assert [one["kind"] for one in page.json()["items"]] == ["automatic"]


async def test_stop_ends_the_reminders_and_goes_on_the_ledger(post: Post) -> None:
    customer_id, _ = await post.tier.customer(email=ADDRESS)
    await post.comes("stop_ukrainian", customer_id)
    assert await post.state(customer_id) == "opted_out"
    assert len(await post.tier.sent(customer_id, "do_not_call")) == 1
    asked = "SELECT count(*) FROM outbox WHERE activity = 'lead_gen.withdraw_consent'"
    assert await post.tier.pool.fetchval(asked) == 1
    async with post.tier.pool.acquire() as conn:
        for purpose in ("nudge", "invoice"):
            await queue_mail(conn, NewMail(f"after:{purpose}", purpose, ADDRESS, purpose, "x", customer_id))
    before = len(post.server.mails)
    await post.sender.send_due(post.tier.pool)
    assert [mail["Subject"] for mail in post.server.mails[before:]] == ["invoice"], "what they owe is asked for"


async def test_who_wants_reminders_again_gets_mail_again(post: Post) -> None:
    customer_id, _ = await post.tier.customer(email=ADDRESS)
    await post.comes("stop", customer_id)
    await post.tier.post(f"/v1/customers/{customer_id}/opt-in", {"reason": "changed their mind"}, 202)
    async with post.tier.pool.acquire() as conn:
        await queue_mail(conn, NewMail("again", "nudge", ADDRESS, "again", "x", customer_id))
    await post.sender.send_due(post.tier.pool)
    assert post.server.mails[-1]["Subject"] == "again"


async def test_a_bounced_invoice_is_work_and_the_address_is_marked(post: Post) -> None:
    customer_id, _ = await post.tier.customer(email=ADDRESS)
    await post.comes("exim_no_such_user", customer_id, "invoice")
    assert len(await post.tier.work(customer_id, "mail")) == 1
    assert await post.tier.pool.fetchval("SELECT state FROM mail_addresses WHERE address = $1", ADDRESS) == "dead"
