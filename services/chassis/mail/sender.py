"""Sends what is due through SMTP, at least once and under one Message-ID, until it arrives or is somebody's task.

A crash between the server's "accepted" and our writing it down sends a mail a second time; mailboxes that know the
Message-ID show it once. An unreachable server ends the round, and does not count as an attempt.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import aiosmtplib
import asyncpg
import structlog

from services.chassis.db import Connection, Pool
from services.chassis.errors import DomainError
from services.chassis.events import publish
from services.chassis.mail import addresses, rows
from services.chassis.mail.message import message_of
from services.chassis.mail.reply_address import Answers
from services.chassis.mail.rows import GIVE_UP_AFTER, MAX_ATTEMPTS, LeadFirst, Mail
from services.chassis.settings import Settings

BATCH = 50
_DEADLINE_SECONDS = 20.0
_UNREACHABLE_PAUSE = timedelta(seconds=30)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
log = structlog.get_logger(__name__)
OnTrouble = Callable[[Connection, Mail], Awaitable[None]]
WhyNot = Callable[[Connection, Mail], Awaitable[str | None]]


async def _nothing_against_it(_conn: Connection, _mail: Mail) -> None:
    return None


class Sender:
    """Sends a tier's mails; `on_trouble` makes one that will not arrive somebody's task, in the same transaction.

    `why_not` is asked at the moment of sending: a reason takes the mail back, none lets it go; on the way it may bring
    the mail up to date (`rows.rewrite`), in a transaction that holds it. With `answers`, each
    mail has an address of its own to answer to. `lead_first` locks what `on_trouble` will need.
    """

    def __init__(
        self,
        settings: Settings,
        on_trouble: OnTrouble,
        answers: Answers | None = None,
        *,
        why_not: WhyNot = _nothing_against_it,
        lead_first: LeadFirst | None = None,
    ) -> None:
        self._settings = settings
        self._on_trouble = on_trouble
        self._answers = answers
        self._why_not = why_not
        self._lead_first = lead_first

    async def send_due(self, pool: Pool) -> int:
        """A periodic job: send what is due; how many were sent. Without an SMTP host everything waits."""
        if not self._settings.smtp_host:
            return 0
        async with pool.acquire() as conn:
            due = await rows.take_due(conn, BATCH)
        if not due:
            return 0
        try:
            async with self._client() as client:
                return sum([await self._send(pool, client, mail) for mail in due])
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
            log.warning("smtp_unreachable", error=type(error).__name__, waiting=len(due))
            await self._wait_for_the_server(pool, due, type(error).__name__)
        except aiosmtplib.SMTPException as error:
            # The greeting, TLS or the login failed: the settings are wrong, not the mail.
            log.error("smtp_refused", error=type(error).__name__)
            await self._wait_for_the_server(pool, due, f"{type(error).__name__}: {error}")
        return 0

    def _client(self) -> aiosmtplib.SMTP:
        settings = self._settings
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user or None,
            password=settings.smtp_password or None,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            timeout=_DEADLINE_SECONDS,
        )

    def _envelope(self, mail: Mail) -> tuple[EmailMessage, str | None]:
        """The message, and the mail's own address, to which it comes back if it does not arrive."""
        message = message_of(mail, self._settings.mail_from)
        own = self._answers.address(self._settings.reply_address, mail) if self._answers else None
        if own is not None and self._answers is not None:
            self._answers.offer(message, mail, own, self._settings.origin)
        return message, own

    async def _is_barred(self, conn: Connection, mail: Mail) -> bool:
        """Nothing goes to where nothing arrives, and nothing unasked to who wants no more of it."""
        bars = await addresses.barred(conn, mail.recipient)
        if "dead" in bars:
            said = f"held back, this address does not work: {bars['dead']}"
            await give_up(conn, mail, said[:500], self._on_trouble)
            return True
        if "stopped" in bars and self._answers is not None and mail.purpose in self._answers.unasked:
            await rows.withdraw(conn, mail, "they want no more mail")
            await publish(conn, "mail.withdrawn", mail_id=mail.id, lead_id=mail.lead_id)
            return True
        return False

    async def _looked_at_again(self, pool: Pool, mail: Mail) -> Mail | None:
        """The mail as it may go now: much may have happened since it was queued, or taken from the queue."""
        async with pool.acquire() as conn, conn.transaction():
            mail = await rows.lock(conn, mail.id, self._lead_first)
            if mail.state != "queued":
                return None
            try:
                why = await self._why_not(conn, mail)
            except (DomainError, LookupError, ValueError, asyncpg.DataError) as error:
                # One that cannot be judged waits, is tried again when its lease is over, and holds up no others.
                log.error("mail_not_judged", mail_id=mail.id, error=type(error).__name__)
                return None
            if why is None:
                return None if await self._is_barred(conn, mail) else await rows.get(conn, mail.id)
            await rows.withdraw(conn, mail, why)
            await publish(conn, "mail.withdrawn", mail_id=mail.id, lead_id=mail.lead_id)
            return None

    async def _send(self, pool: Pool, client: aiosmtplib.SMTP, due: Mail) -> bool:
        mail = await self._looked_at_again(pool, due)
        if mail is None:
            return False
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                message, own = self._envelope(mail)
                await client.send_message(message, sender=own, recipients=[mail.recipient])
        except aiosmtplib.SMTPRecipientsRefused as refused:
            await self._refused(pool, mail, refused.recipients[0].code, refused.recipients[0].message)
        except aiosmtplib.SMTPResponseException as refused:
            await self._refused(pool, mail, refused.code, refused.message)
        except ValueError as error:
            # An address that cannot be put to a server, e.g. with characters outside ASCII.
            await self._refused(pool, mail, 553, str(error))
        else:
            async with pool.acquire() as conn, conn.transaction():
                await rows.mark_sent(conn, mail.id)
                await publish(conn, "mail.sent", mail_id=mail.id, lead_id=mail.lead_id)
            return True
        return False

    async def _refused(self, pool: Pool, mail: Mail, code: int, words: str) -> None:
        """4xx: later. 5xx, or too often: it becomes somebody's task."""
        said = f"{code} {' '.join(words.split())}"[:500]
        async with pool.acquire() as conn, conn.transaction():
            if (await rows.lock(conn, mail.id, self._lead_first)).state != "queued":
                return
            if code < 500 and mail.attempts < MAX_ATTEMPTS and not _too_old(mail):
                await rows.postpone(conn, mail, said, backoff(mail.attempts), counts=True)
            else:
                await give_up(conn, mail, said, self._on_trouble)

    async def _wait_for_the_server(self, pool: Pool, due: list[Mail], said: str) -> None:
        for mail in due:
            async with pool.acquire() as conn, conn.transaction():
                if (await rows.lock(conn, mail.id, self._lead_first)).state != "queued":
                    continue
                if _too_old(mail):
                    await give_up(conn, mail, said, self._on_trouble)
                else:
                    await rows.postpone(conn, mail, said, _UNREACHABLE_PAUSE, counts=False)


async def give_up(conn: Connection, mail: Mail, said: str, on_trouble: OnTrouble) -> None:
    """A mail will not arrive by itself any more: record it, and make it somebody's task."""
    failed = await rows.close(conn, mail.id, "failed", said)
    await publish(conn, "mail.failed", mail_id=mail.id, lead_id=mail.lead_id)
    await on_trouble(conn, failed)


def backoff(attempts: int) -> timedelta:
    """A minute, two, four ... six hours, each up to a fifth longer so that a queue does not march in step.

    `attempts` counts from one; the last of MAX_ATTEMPTS is followed by none.
    """
    pause: timedelta = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (attempts - 1))
    return pause * (1 + random.random() / 5)  # noqa: S311 - jitter


def _too_old(mail: Mail) -> bool:
    return datetime.now(UTC) - mail.created_at > GIVE_UP_AFTER
