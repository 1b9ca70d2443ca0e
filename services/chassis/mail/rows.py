"""SQL of the mail queue: taking what is due, recording what became of it, listing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound
from services.chassis.mail.queue import NewMail, as_json, in_one_line
from services.chassis.records import Record

MailState = Literal["queued", "sent", "failed", "withdrawn", "bounced"]
# Longer than sending a batch may take; the mails of a sender that was killed are free after this.
LEASE = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=3)
# A day of refusals, a third of it at the longest pause. After that, people know more than another try.
MAX_ATTEMPTS = 12
_GET = "SELECT * FROM mails WHERE id = $1"
_GET_LOCKED = "SELECT * FROM mails WHERE id = $1 FOR UPDATE"


class Mail(Record):
    """One mail. `attachments` are name, media type and base64 content.

    One that was taken back while it was on its way is sent, and has `withdrawn_at` all the same.
    """

    id: str
    key: str
    purpose: str
    lead_id: str | None
    recipient: str
    reply_to: str | None
    subject: str
    body: str
    attachments: list[dict[str, str]]
    state: MailState
    attempts: int
    next_at: datetime
    last_error: str | None
    message_id: str
    created_at: datetime
    closed_at: datetime | None
    reply_token: str | None = None
    sent_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None


class MailNews(Record):
    """What became of a mail, without what is in it."""

    id: str
    key: str
    purpose: str
    recipient: str
    state: MailState
    next_at: datetime
    last_error: str | None
    created_at: datetime
    closed_at: datetime | None
    withdrawn_why: str | None = None


LeadFirst = Callable[[Connection, str], Awaitable[object]]
"""Locks what a tier keeps of a lead: its deal, say."""


async def take_due(conn: Connection, limit: int) -> list[Mail]:
    """Lease the mails that are due, the oldest first; an attempt of each is counted."""
    rows = await conn.fetch(
        """UPDATE mails SET next_at = now() + $2, attempts = attempts + 1
            WHERE id IN (SELECT id FROM mails WHERE state = 'queued' AND next_at <= now() ORDER BY next_at, id
                          LIMIT $1 FOR UPDATE SKIP LOCKED)
        RETURNING *""",
        limit,
        LEASE,
    )
    return sorted(Mail.of_all(rows), key=lambda mail: mail.id)


async def mark_sent(conn: Connection, mail_id: str) -> None:
    """Record that the server has taken it, also if it was taken back meanwhile: then it was too late for that."""
    await conn.execute(
        """UPDATE mails SET state = 'sent', sent_at = now(), closed_at = now(), last_error = NULL
            WHERE id = $1 AND state IN ('queued', 'withdrawn')""",
        mail_id,
    )


async def rewrite(conn: Connection, mail_id: str, mail: NewMail) -> None:
    """Put other words and files into a mail that has not gone out: what it said is no longer true."""
    await conn.execute(
        "UPDATE mails SET subject = $2, body = $3, attachments = $4 WHERE id = $1 AND state = 'queued'",
        mail_id,
        in_one_line(mail.subject),
        mail.text,
        as_json(mail.attachments),
    )


async def postpone(conn: Connection, mail: Mail, error: str, pause: timedelta, *, counts: bool) -> None:
    """Try again after `pause`; an unreachable server is not the mail's fault and does not count as an attempt."""
    await conn.execute(
        """UPDATE mails SET next_at = now() + $2, last_error = $3, attempts = attempts - $4
            WHERE id = $1 AND state = 'queued'""",
        mail.id,
        pause,
        error,
        0 if counts else 1,
    )


async def close(conn: Connection, mail_id: str, state: MailState, error: str) -> Mail:
    """Record that a mail did not arrive."""
    row = await conn.fetchrow(
        "UPDATE mails SET state = $2, last_error = $3, closed_at = now() WHERE id = $1 RETURNING *",
        mail_id,
        state,
        error,
    )
    return Mail.of(row)


async def get(conn: Connection, mail_id: str, *, lock: bool = False) -> Mail:
    """One mail. Raises NotFound."""
    row = await conn.fetchrow(_GET_LOCKED if lock else _GET, mail_id)
    if row is None:
        raise NotFound("there is no such mail")
    return Mail.of(row)


async def lock(conn: Connection, mail_id: str, lead_first: LeadFirst | None) -> Mail:
    """One mail, locked after what its tier keeps of its lead. Raises NotFound.

    Whoever works on a lead holds that first and its mails then: in the other order two would wait for each other.
    """
    if lead_first is not None and (lead_id := (await get(conn, mail_id)).lead_id):
        await lead_first(conn, lead_id)
    return await get(conn, mail_id, lock=True)


async def queued_for(conn: Connection, lead_id: str) -> list[Mail]:
    """A lead's mails that have not gone out, the oldest first."""
    rows = await conn.fetch("SELECT * FROM mails WHERE lead_id = $1 AND state = 'queued' ORDER BY id", lead_id)
    return Mail.of_all(rows)


async def readdress(conn: Connection, lead_id: str, old: str, new: str) -> int:
    """Send what waits for a lead at an address to another one instead; how many."""
    status = await conn.execute(
        """UPDATE mails SET recipient = $3 WHERE lead_id = $1 AND state = 'queued' AND lower(recipient) = lower($2)""",
        lead_id,
        old,
        new,
    )
    return int(status.rsplit(" ", 1)[-1])


async def keys_for(conn: Connection, lead_id: str, prefix: str) -> list[str]:
    """Keys of a lead's mails that begin so, whatever became of them."""
    rows = await conn.fetch("SELECT key FROM mails WHERE lead_id = $1 AND starts_with(key, $2)", lead_id, prefix)
    return [row["key"] for row in rows]


async def withdraw(conn: Connection, mail: Mail, why: str | None = None) -> Mail:
    """Take back a mail that has not gone out; `why` is shown to colleagues. Raises Conflict `wrong_state`."""
    if mail.state == "sent" and mail.sent_at is not None:
        at = mail.sent_at.isoformat(timespec="minutes").replace("+00:00", "Z")
        raise Conflict(
            f"this mail went out at {at}; it cannot be taken back any more", code="wrong_state",
            detail={"state": mail.state, "sent_at": at},
        )  # fmt: skip
    if mail.state != "queued":
        raise Conflict(f"this mail is {mail.state}", code="wrong_state", detail={"state": mail.state})
    row = await conn.fetchrow(
        """UPDATE mails SET state = 'withdrawn', closed_at = now(), withdrawn_at = now(), withdrawn_why = $2
            WHERE id = $1 RETURNING *""",
        mail.id,
        why,
    )
    return Mail.of(row)


async def requeue(conn: Connection, mail: Mail, recipient: str | None) -> Mail:
    """Queue a mail that did not arrive once more, to another address if one is given. Raises Conflict `wrong_state`."""
    if mail.state not in ("failed", "bounced"):
        raise Conflict(f"this mail is {mail.state}", code="wrong_state", detail={"state": mail.state})
    row = await conn.fetchrow(
        """UPDATE mails SET state = 'queued', attempts = 0, next_at = now(), closed_at = NULL, created_at = now(),
                  sent_at = NULL, withdrawn_at = NULL, withdrawn_why = NULL,
                  recipient = coalesce($2, recipient) WHERE id = $1 RETURNING *""",
        mail.id,
        recipient,
    )
    return Mail.of(row)


@dataclass(frozen=True)
class Scope:
    """Which mails somebody may see: a condition on `mails`, by the number of its value, and that value."""

    condition: Callable[[int], str]
    value: object


async def is_in(conn: Connection, mail_id: str, scope: Scope) -> bool:
    """Whether a mail is among those of a scope."""
    return bool(
        await conn.fetchval(
            f"SELECT EXISTS (SELECT FROM mails WHERE id = $1 AND {scope.condition(2)})",  # noqa: S608 - a condition of code
            mail_id,
            scope.value,
        )
    )


async def page(
    conn: Connection,
    *,
    state: MailState | None,
    lead_id: str | None,
    limit: int,
    before: str | None,
    scope: Scope | None = None,
) -> list[Mail]:
    """Mails, the newest first; with a `scope`, only those in it."""
    within = f"AND {scope.condition(5)}" if scope else ""
    rows = await conn.fetch(
        f"""SELECT * FROM mails WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR lead_id = $2)
              AND ($3::uuid IS NULL OR id < $3) {within} ORDER BY id DESC LIMIT $4""",  # noqa: S608 - a condition of code
        state,
        lead_id,
        before,
        limit,
        *([scope.value] if scope else []),
    )
    return Mail.of_all(rows)


async def news_of(conn: Connection, lead_id: str, marker: str, limit: int) -> list[MailNews]:
    """What became of this lead's mails whose keys hold `marker` (the id of an invoice, say), the newest first."""
    rows = await conn.fetch(
        """SELECT id, key, purpose, recipient, state, next_at, last_error, created_at, closed_at, withdrawn_why
             FROM mails WHERE lead_id = $1 AND strpos(key, $2) > 0 ORDER BY id DESC LIMIT $3""",
        lead_id,
        marker,
        limit,
    )
    return MailNews.of_all(rows)
