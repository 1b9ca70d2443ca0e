"""The mail door: real SMTP, LMTP and IMAP on one side, the real APIs of two tiers on the other."""

from __future__ import annotations

import asyncio
import io
import smtplib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest
import pytest_asyncio
from fastapi import FastAPI

from services.account_mgmt.api import build_app as account_mgmt
from services.chassis.db import new_id
from services.chassis.http import serve_async
from services.chassis.mail.door.courier import Courier
from services.chassis.mail.door.mailbox import MailboxReader
from services.chassis.mail.door.smtp_door import Listener, SmtpDoor
from services.chassis.mail.inbound.read import readings
from services.chassis.settings.fields import DEV_INBOUND_SECRET
from services.chassis.settings.mail_door import MailDoorSettings
from services.conversion.api import build_app as conversion
from tests.fixtures.http import make_settings
from tests.fixtures.imap import ImapServer, imap_server
from tests.fixtures.inbound_mail import REPLY_ADDRESS, letter
from tests.fixtures.ports import free_port
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier


@dataclass
class House:
    """Two tiers behind a door; `dsns` are their databases."""

    dsns: dict[str, str]
    courier: Courier
    port: int

    async def kept(self, tier: str) -> int:
        conn = await asyncpg.connect(self.dsns[tier])
        try:
            return int(await conn.fetchval("SELECT count(*) FROM inbound_mails"))
        finally:
            await conn.close()

    async def own_address(self, tier: str) -> str:
        """Where a mail of this tier is answered."""
        conn = await asyncpg.connect(self.dsns[tier])
        try:
            mail_id = new_id()
            token = await conn.fetchval(
                """INSERT INTO mails (id, key, purpose, recipient, subject, body, message_id)
                   VALUES ($1, $2, 'letter', 'olena@customer.example', 'x', 'x', $3) RETURNING reply_token""",
                mail_id, str(mail_id), f"<{mail_id}@leadrelay>",
            )  # fmt: skip
        finally:
            await conn.close()
        return f"reply+{tier[0]}{token}@in.house.example"

    async def send(self, raw: bytes, *to: str) -> None:
        """As another mail server does it. Raises what smtplib raises."""

        def talk() -> None:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as smtp:
                smtp.sendmail("olena@customer.example", list(to), raw)

        await asyncio.to_thread(talk)


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[str]:
    until = asyncio.Event()
    running = asyncio.create_task(serve_async(app, host="127.0.0.1", port=port, until=until))
    yield f"http://127.0.0.1:{port}"
    until.set()
    await running


@pytest_asyncio.fixture
async def house(fresh_database: FreshDatabase) -> AsyncIterator[House]:
    dsns = {
        "conversion": await fresh_database("door_conversion", tier=Tier.CONVERSION, policy="demo"),
        "account_mgmt": await fresh_database("door_account_mgmt", tier=Tier.ACCOUNT_MGMT),
    }
    apps = {"conversion": conversion, "account_mgmt": account_mgmt}
    async with AsyncExitStack() as stack:
        urls = {
            tier: await stack.enter_async_context(
                serving(build(make_settings(dsns[tier], reply_address=REPLY_ADDRESS)), free_port())
            )
            for tier, build in apps.items()
        }
        courier = Courier(urls, DEV_INBOUND_SECRET)
        listener = Listener(SmtpDoor(courier, REPLY_ADDRESS), "smtp")
        port = await listener.open("127.0.0.1", 0)
        yield House(dsns, courier, port)
        await listener.close()
        await courier.close()


async def test_an_answer_goes_to_the_tier_whose_mail_it_answers(house: House) -> None:
    for number, tier in enumerate(["conversion", "account_mgmt"]):
        to = await house.own_address(tier)
        for _ in range(2):  # a server that did not hear our answer sends again
            await house.send(letter("Hello", to, number=number), to.upper())
    assert [await house.kept(tier) for tier in house.dsns] == [1, 1]


async def test_a_mail_without_a_token_finds_its_tier_by_its_sender_and_else_waits_for_a_person(house: House) -> None:
    conn = await asyncpg.connect(house.dsns["account_mgmt"])
    await house.own_address("account_mgmt")
    await conn.execute("UPDATE mails SET lead_id = gen_random_uuid()")
    await conn.close()
    await house.send(letter("Where is my invoice?", REPLY_ADDRESS), REPLY_ADDRESS)
    assert await house.kept("account_mgmt") == 1
    await house.send(letter("Who are you?", REPLY_ADDRESS, sender="a@stranger.example", number=2), REPLY_ADDRESS)
    assert await house.kept("conversion") == 1


async def test_the_door_is_no_open_relay(house: House) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await house.send(letter("Hello", "x@elsewhere.example"), "x@elsewhere.example")
    assert refused.value.recipients["x@elsewhere.example"][0] == 550


async def test_while_a_tier_is_down_the_other_server_keeps_the_mail(house: House) -> None:
    to = await house.own_address("conversion")
    house.courier._tiers = {"conversion": f"http://127.0.0.1:{free_port()}", "account_mgmt": "http://127.0.0.1:1"}
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await house.send(letter("Hello", to), to)
    assert refused.value.smtp_code == 451


async def test_a_wrong_secret_loses_no_mail(house: House) -> None:
    to = await house.own_address("conversion")
    house.courier._http.headers["Authorization"] = "Bearer wrong"
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await house.send(letter("Hello", to), to)
    assert refused.value.smtp_code == 451


async def test_a_mail_that_is_too_long_is_refused_for_good(house: House) -> None:
    to = await house.own_address("conversion")
    with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError)) as refused:
        await house.send(letter("x" * (26 << 20), to), to)
    assert refused.value.smtp_code == 552


async def test_a_program_is_known_by_its_empty_sender(house: House) -> None:
    to = await house.own_address("conversion")

    def talk() -> None:
        with smtplib.SMTP("127.0.0.1", house.port, timeout=20) as smtp:
            smtp.sendmail("", [to], letter("I am away until Monday.", to))

    await asyncio.to_thread(talk)
    conn = await asyncpg.connect(house.dsns["conversion"])
    raw = await conn.fetchval("SELECT raw FROM inbound_mails")
    await conn.close()
    assert raw.startswith(b"Return-Path: <>\r\n")
    *_, last = readings(io.BytesIO(raw))
    assert last["kind"] == "automatic"


async def test_a_mail_server_hands_over_by_lmtp_and_hears_of_each_recipient_by_itself(house: House) -> None:
    ours, theirs = await house.own_address("conversion"), await house.own_address("account_mgmt")
    listener = Listener(SmtpDoor(house.courier, REPLY_ADDRESS), "lmtp")
    port = await listener.open("127.0.0.1", 0)

    def talk() -> list[int]:
        codes = []
        with smtplib.LMTP("127.0.0.1", port) as lmtp:
            lmtp.ehlo()
            for number, to in enumerate((ours, theirs)):
                lmtp.mail("olena@customer.example")
                codes += [lmtp.rcpt(to)[0], lmtp.rcpt(ours)[0], lmtp.rcpt("nobody@in.house.example")[0]]
                codes.append(lmtp.data(letter("Hello", to, number=number))[0])
        return codes

    assert await asyncio.to_thread(talk) == [250, 452, 550, 250] * 2
    await listener.close()
    assert [await house.kept(tier) for tier in house.dsns] == [1, 1]


@asynccontextmanager
async def reading(house: House, mailbox: ImapServer) -> AsyncIterator[MailboxReader]:
    settings = MailDoorSettings(
        inbound_tiers="conversion=http://x,account_mgmt=http://x", imap_host="127.0.0.1", imap_port=mailbox.port,
        imap_tls="none", imap_user="sales", imap_password=mailbox.password,
    )  # fmt: skip
    reader = MailboxReader(settings, house.courier, asyncio.get_running_loop())
    running = asyncio.create_task(asyncio.to_thread(reader.run))
    yield reader
    reader.stop()
    mailbox.hang_up()
    await running


async def test_a_mailbox_is_read_at_once_and_marked_when_a_tier_has_kept_the_mail(house: House) -> None:
    async with imap_server() as mailbox:
        to = await house.own_address("conversion")
        await mailbox.put(letter("It was there before", to))
        async with reading(house, mailbox):
            await mailbox.marked(1)
            await mailbox.idle.wait()
            await mailbox.put(letter("It came while we listened", to, number=2))
            await mailbox.marked(2)
        assert await house.kept("conversion") == 2
        assert all("\\Seen" in mail.flags for mail in mailbox.mails)


async def test_a_broken_connection_to_the_mailbox_is_made_again(house: House) -> None:
    async with imap_server() as mailbox:
        to = await house.own_address("conversion")
        async with reading(house, mailbox):
            await mailbox.idle.wait()
            mailbox.hang_up()
            await mailbox.put(letter("Still there?", to))
            await mailbox.marked(1)
        assert await house.kept("conversion") == 1
