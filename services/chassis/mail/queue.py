"""Queueing a mail, inside the caller's transaction."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.db import Connection, new_id

_MESSAGE_DOMAIN = "leadrelay"


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail. `media_type` may carry parameters, e.g. `text/calendar; method=REQUEST`."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class NewMail:
    """A mail to one address, as plain text.

    `key` is made from business ids: the same key is the same mail, queued once. `purpose` says in a word what it is
    for (`meeting`, `playbook`, `offer`), `lead_id` whose story it belongs to, `not_before` the earliest time.
    """

    key: str
    purpose: str
    to: str
    subject: str
    text: str
    lead_id: str | None = None
    reply_to: str | None = None
    attachments: Sequence[Attachment] = ()
    not_before: datetime | None = None


async def queue_mail(conn: Connection, mail: NewMail) -> str:
    """Queue a mail; its id. A key that is known gives the mail that has it."""
    mail_id = new_id()
    inserted: str | None = await conn.fetchval(
        """INSERT INTO mails (id, key, purpose, lead_id, recipient, reply_to, subject, body, attachments, message_id,
                              next_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, coalesce($11, now()))
           ON CONFLICT (key) DO NOTHING RETURNING id""",
        mail_id,
        mail.key,
        mail.purpose,
        mail.lead_id,
        mail.to,
        mail.reply_to,
        in_one_line(mail.subject),
        mail.text,
        as_json(mail.attachments),
        f"<{mail_id}@{_MESSAGE_DOMAIN}>",
        mail.not_before,
    )
    return inserted or str(await conn.fetchval("SELECT id FROM mails WHERE key = $1", mail.key))


def in_one_line(subject: str) -> str:
    """A subject as it is kept: a line break in it would be a header of its own."""
    return " ".join(subject.split())


def as_json(attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    """Files as they are kept with their mail."""
    return [
        {"name": file.name, "media_type": file.media_type, "content": base64.b64encode(file.content).decode()}
        for file in attachments
    ]


async def withdraw_keys(conn: Connection, prefix: str, why: str | None = None) -> int:
    """Take back what was not sent yet and whose key begins so; how many. `why` is shown to colleagues."""
    status = await conn.execute(
        """UPDATE mails SET state = 'withdrawn', closed_at = now(), withdrawn_at = now(), withdrawn_why = $2
            WHERE state = 'queued' AND starts_with(key, $1)""",
        prefix,
        why,
    )
    return int(status.rsplit(" ", 1)[-1])


async def readdress_mails(conn: Connection, lead_id: str, was: str, now: str) -> int:
    """Send what waits for a lead at one address to another; how many mails."""
    status = await conn.execute(
        """UPDATE mails SET recipient = $3
            WHERE lead_id = $1 AND state = 'queued' AND lower(recipient) = lower($2)""",
        lead_id,
        was,
        now,
    )
    return int(status.rsplit(" ", 1)[-1])


async def withdraw_mails(
    conn: Connection, lead_id: str, *, purpose: str | None = None, to: str | None = None, why: str | None = None
) -> int:
    """Take back what was not sent yet for a lead, of one purpose and address or all; how many.

    `why` is shown to colleagues.
    """
    status = await conn.execute(
        """UPDATE mails SET state = 'withdrawn', closed_at = now(), withdrawn_at = now(), withdrawn_why = $3
            WHERE lead_id = $1 AND state = 'queued' AND ($2::text IS NULL OR purpose = $2)
              AND ($4::text IS NULL OR lower(recipient) = lower($4))""",
        lead_id,
        purpose,
        why,
        to,
    )
    return int(status.rsplit(" ", 1)[-1])
