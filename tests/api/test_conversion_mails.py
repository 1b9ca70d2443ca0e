"""Mails leave through a real SMTP server, are tried again, are shown when they fail, and are never lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest_asyncio

from services.chassis.mail import Attachment, NewMail, queue_mail, withdraw_mails
from services.chassis.mail.rows import MAX_ATTEMPTS
from services.chassis.mail.sender import Sender
from services.conversion.actions import mails
from tests.fixtures.http import make_settings
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.smtp import MailServer, mail_server
from tests.fixtures.tier_2 import Tier2, tier_2, whose
from workflows.contracts.base import Tier


@dataclass
class Post:
    """The tier, its sender, and the server that it talks to."""

    tier: Tier2
    server: MailServer
    sender: Sender

    async def queue(self, **changes: Any) -> str:
        values: dict[str, Any] = {
            "key": "meeting:1",
            "purpose": "meeting",
            "to": "olena@customer.example",
            "subject": "Зустріч у вівторок",
            "text": "Добрий день!\n\nЧекаємо на вас о 11:00.\n",
            **changes,
        }
        async with self.tier.pool.acquire() as conn:
            return await queue_mail(conn, NewMail(**values))

    async def send(self) -> int:
        return await self.sender.send_due(self.tier.pool)

    async def hurry(self) -> None:
        """Let the time of the next try come."""
        await self.tier.pool.execute("UPDATE mails SET next_at = now() WHERE state = 'queued'")

    async def mail(self, mail_id: str) -> dict[str, Any]:
        return await self.tier.get(f"/v1/mails/{mail_id}")


@pytest_asyncio.fixture
async def post(fresh_database: FreshDatabase) -> AsyncIterator[Post]:
    dsn = await fresh_database("conversion_mails", tier=Tier.CONVERSION, policy="demo")
    async with tier_2(dsn) as tier, mail_server() as server:
        settings = make_settings(dsn, smtp_host="127.0.0.1", smtp_port=server.port, smtp_tls="none")
        yield Post(tier, server, Sender(settings, mails.on_trouble))


async def test_a_mail_arrives_once_with_its_words_and_files(post: Post) -> None:
    file = Attachment("offer.pdf", "application/pdf", b"%PDF-1.7")
    first = await post.queue(attachments=[file], reply_to="anna@house.example")
    assert await post.queue(subject="another") == first
    assert [await post.send() for _ in range(2)] == [1, 0]
    [mail] = post.server.mails
    assert (mail["To"], mail["Subject"], mail["Reply-To"]) == (
        "olena@customer.example",
        "Зустріч у вівторок",
        "anna@house.example",
    )
    body = mail.get_body(("plain",))
    assert body is not None and "Чекаємо на вас о 11:00." in body.get_content()
    [part] = list(mail.iter_attachments())
    assert (part.get_content_type(), part.get_filename(), part.get_content()) == (
        "application/pdf",
        "offer.pdf",
        b"%PDF-1.7",
    )
    assert (await post.mail(first))["state"] == "sent"


async def test_an_invitation_is_another_way_to_read_the_mail_so_that_programs_show_its_buttons(post: Post) -> None:
    entry = "BEGIN:VCALENDAR\r\nSUMMARY:Зустріч\r\nEND:VCALENDAR\r\n".encode()
    await post.queue(attachments=[Attachment("meeting.ics", "text/calendar; method=REQUEST", entry)])
    await post.send()
    [mail] = post.server.mails
    assert mail.get_content_type() == "multipart/mixed"
    ways, file = list(mail.iter_parts())
    assert isinstance(ways, EmailMessage) and isinstance(file, EmailMessage)
    assert ways.get_content_type() == "multipart/alternative"
    words, calendar = list(ways.iter_parts())
    assert words.get_content_type() == "text/plain"
    assert calendar.get_content_type() == "text/calendar"
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("REQUEST", "utf-8")
    assert calendar.get_content_disposition() is None
    assert calendar.get_payload(decode=True) == entry, "to the byte, with its line ends"
    # The file for programs that show no buttons must not be a second invitation.
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "meeting.ics")
    assert file.get_payload(decode=True) == entry


async def test_two_senders_do_not_send_a_mail_twice(post: Post) -> None:
    for number in range(20):
        await post.queue(key=f"many:{number}")
    assert sum(await asyncio.gather(*(post.send() for _ in range(5)))) == 20
    assert len({mail["Message-ID"] for mail in post.server.mails}) == len(post.server.mails) == 20


async def test_what_the_server_refuses_for_now_is_tried_again_later_and_later(post: Post) -> None:
    mail_id = await post.queue()
    pauses = []
    post.server.answers = ["451 try later"] * 3
    for _ in range(3):
        await post.hurry()
        before = datetime.now(UTC)
        assert await post.send() == 0
        pauses.append(await post.tier.pool.fetchval("SELECT next_at FROM mails WHERE id = $1", mail_id) - before)
    assert timedelta(minutes=1) <= pauses[0] < pauses[1] < pauses[2] < timedelta(minutes=6)
    assert "451 try later" in (await post.mail(mail_id))["last_error"]
    await post.hurry()
    assert await post.send() == 1
    assert (await post.mail(mail_id))["attempts"] == 4


async def test_a_refused_mail_is_shown_to_the_deals_manager_and_never_lost(post: Post) -> None:
    await post.tier.manager("anna")
    deal = await post.tier.accepted("anna")
    mail_id = await post.queue(lead_id=deal["lead_id"])
    post.server.answers = ["550 no such mailbox"]
    await post.send()
    mail = await post.mail(mail_id)
    assert (mail["state"], mail["last_error"]) == ("failed", "550 no such mailbox")
    [work] = [item for item in (await post.tier.get("/v1/reminders", "anna"))["items"] if item["kind"] == "mail"]
    assert "550 no such mailbox" in work["text"]
    again = await post.tier.post(f"/v1/mails/{mail_id}/retry", {"to": "right@customer.example"})
    assert again["state"] == "queued"
    assert await post.send() == 1
    assert post.server.mails[0]["To"] == "right@customer.example"
    refused = await post.tier.post(f"/v1/mails/{mail_id}/retry", {}, status=409)
    assert refused["code"] == "wrong_state"


async def test_a_mail_that_is_refused_too_often_ends_with_a_person(post: Post) -> None:
    await post.tier.manager("anna")
    deal = await post.tier.accepted("anna")
    mail_id = await post.queue(lead_id=deal["lead_id"])
    post.server.answers = ["451 busy"] * (MAX_ATTEMPTS + 5)
    for _ in range(MAX_ATTEMPTS):
        await post.hurry()
        await post.send()
    assert (await post.mail(mail_id))["state"] == "failed"
    assert len(await post.tier.work(deal["lead_id"], "mail")) == 1


async def test_an_outage_of_the_server_costs_no_attempt_but_ends_after_days(post: Post) -> None:
    await post.tier.manager("anna")
    deal = await post.tier.accepted("anna")
    mail_id = await post.queue(lead_id=deal["lead_id"])
    post.server.hangs_up = True
    for _ in range(MAX_ATTEMPTS + 2):
        await post.hurry()
        await post.send()
    assert (await post.mail(mail_id))["state"] == "queued"
    assert (await post.mail(mail_id))["attempts"] == 0
    await post.tier.pool.execute("UPDATE mails SET created_at = now() - interval '4 days'")
    await post.hurry()
    await post.send()
    assert (await post.mail(mail_id))["state"] == "failed"
    assert len(await post.tier.work(deal["lead_id"], "mail")) == 1


async def test_without_a_server_mails_wait(post: Post) -> None:
    mail_id = await post.queue()
    assert await Sender(make_settings(""), mails.on_trouble).send_due(post.tier.pool) == 0
    assert (await post.mail(mail_id))["state"] == "queued"


async def test_a_mail_that_came_back_becomes_work_once(post: Post) -> None:
    await post.tier.manager("anna")
    deal = await post.tier.accepted("anna")
    mail_id = await post.queue(lead_id=deal["lead_id"])
    assert (await post.tier.post(f"/v1/mails/{mail_id}/bounced", {"reason": "550"}, status=409))[
        "code"
    ] == "wrong_state"
    await post.send()
    for _ in range(2):
        assert (await post.tier.post(f"/v1/mails/{mail_id}/bounced", {"reason": "550 gone"}))["state"] == "bounced"
    assert len(await post.tier.work(deal["lead_id"], "mail")) == 1


async def test_what_was_withdrawn_is_not_sent(post: Post) -> None:
    await post.tier.manager("anna")
    deal = await post.tier.accepted("anna")
    mail_id = await post.queue(lead_id=deal["lead_id"], purpose="playbook")
    async with post.tier.pool.acquire() as conn:
        assert await withdraw_mails(conn, deal["lead_id"], purpose="meeting") == 0
        assert await withdraw_mails(conn, deal["lead_id"], purpose="playbook") == 1
    assert await post.send() == 0
    assert (await post.mail(mail_id))["state"] == "withdrawn"


async def test_a_line_break_in_a_subject_adds_no_header(post: Post) -> None:
    await post.queue(subject="Hello\r\nBcc: everybody@customer.example")
    await post.send()
    assert post.server.mails[0]["Bcc"] is None
    assert post.server.mails[0]["Subject"] == "Hello Bcc: everybody@customer.example"


async def test_addresses_are_masked_for_all_but_the_supervisor(post: Post) -> None:
    mail_id = await post.queue()
    [boss] = (await post.tier.get("/v1/mails"))["items"]
    assert boss["recipient"] == "olena@customer.example"
    await post.tier.manager("anna")
    mine = (await post.tier.http.get(f"/v1/mails/{mail_id}", headers=whose("anna"))).json()
    assert mine["recipient"] == "o***@customer.example"
    listed = await post.tier.get("/v1/mails", state="sent")
    assert listed["items"] == []
