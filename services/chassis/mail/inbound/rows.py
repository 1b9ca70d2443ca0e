"""SQL of mail that came in: keeping it, finding the mail it is about, and what was read in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.chassis.mail.inbound.calendar_answers import CalendarAnswer
from services.chassis.mail.inbound.reading import InboundFile, Kind, Reading
from services.chassis.mail.rows import Mail, Scope
from services.chassis.records import Record

InboundState = Literal["new", "read", "set_aside", "done"]
LEASE = timedelta(minutes=2)
_COLUMNS = """id, token, bytes, state, attempts, kind, mail_id, lead_id, sender, sender_name, subject, body, whole,
              files, trouble, received_at, closed_by, calendar"""


class Inbound(Record):
    """A mail that came in. `body` is what is new in it, `whole` all of its text; `bytes` its size on the wire."""

    id: str
    token: str | None
    bytes: int
    state: InboundState
    attempts: int
    kind: Kind | None
    mail_id: str | None
    lead_id: str | None
    sender: str
    sender_name: str
    subject: str
    body: str
    whole: str
    files: list[InboundFile]
    trouble: str | None
    received_at: datetime
    closed_by: str | None
    calendar: CalendarAnswer | None = None

    @property
    def who(self) -> str:
        """Whom it is from, as people read it: it need not be whom we wrote to."""
        return f"{self.sender_name} <{self.sender}>" if self.sender_name else self.sender or "?"


async def keep(conn: Connection, fingerprint: str, token: str | None, raw: bytes) -> str | None:
    """Keep a mail; its id, or none if it is known."""
    kept: str | None = await conn.fetchval(
        """INSERT INTO inbound_mails (id, fingerprint, token, raw, bytes) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (fingerprint) DO NOTHING RETURNING id""",
        new_id(),
        fingerprint,
        token,
        raw,
        len(raw),
    )
    return kept


async def find_mail(conn: Connection, token: str | None, ids: Sequence[str]) -> Mail | None:
    """Our mail with this token, or else the latest with one of these Message-IDs."""
    row = None
    if token is not None:
        row = await conn.fetchrow("SELECT * FROM mails WHERE reply_token = $1", token)
    if row is None and ids:
        row = await conn.fetchrow("SELECT * FROM mails WHERE message_id = ANY($1) ORDER BY id DESC LIMIT 1", list(ids))
    return Mail.maybe(row)


async def last_to(conn: Connection, address: str) -> Mail | None:
    """The last mail of ours to an address that is a lead's."""
    row = await conn.fetchrow(
        """SELECT * FROM mails WHERE lower(recipient) = lower($1) AND recipient <> '' AND lead_id IS NOT NULL
            ORDER BY id DESC LIMIT 1""",
        address,
    )
    return Mail.maybe(row)


async def take_new(conn: Connection) -> tuple[Inbound, bytes] | None:
    """Lease the mail that has waited longest to be read, with its content; an attempt is counted."""
    row = await conn.fetchrow(
        """UPDATE inbound_mails SET next_at = now() + $1, attempts = attempts + 1
            WHERE id = (SELECT id FROM inbound_mails WHERE state = 'new' AND next_at <= now() ORDER BY next_at, id
                         LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *""",
        LEASE,
    )
    return (Inbound.of(row), row["raw"] or b"") if row else None


async def lock_new(conn: Connection, inbound_id: str) -> bool:
    """Whether this mail is still to be read; its row is locked."""
    found = await conn.fetchval("SELECT 1 FROM inbound_mails WHERE id = $1 AND state = 'new' FOR UPDATE", inbound_id)
    return found is not None


async def write(
    conn: Connection,
    inbound_id: str,
    reading: Reading,
    mail: Mail | None,
    state: InboundState,
    trouble: str | None = None,
) -> Inbound:
    """Write down what was read, and forget the mail as it came unless somebody still has to place it."""
    row = await conn.fetchrow(
        f"""UPDATE inbound_mails SET state = $2, kind = $3, mail_id = $4, lead_id = $5, sender = $6, sender_name = $7,
                   subject = $8, body = $9, whole = $10, files = $11, trouble = $12, calendar = $13, raw = NULL
             WHERE id = $1 RETURNING {_COLUMNS}""",  # noqa: S608 - a constant
        inbound_id,
        state,
        reading.kind,
        mail.id if mail else None,
        mail.lead_id if mail else None,
        reading.sender,
        reading.sender_name,
        reading.subject,
        reading.text,
        reading.whole,
        [file.model_dump() for file in reading.files],
        trouble,
        reading.calendar.model_dump(mode="json") if reading.calendar else None,
    )
    return Inbound.of(row)


async def set_aside(conn: Connection, inbound_id: str, trouble: str) -> None:
    """Leave a mail to a person."""
    await conn.execute("UPDATE inbound_mails SET state = 'set_aside', trouble = $2 WHERE id = $1", inbound_id, trouble)


async def place(conn: Connection, inbound_id: str, lead_id: str, by: str) -> Inbound:
    """Somebody says whose mail it is. Raises NotFound unless it was set aside."""
    row = await conn.fetchrow(
        f"""UPDATE inbound_mails SET state = 'read', lead_id = $2, closed_by = $3
             WHERE id = $1 AND state = 'set_aside' RETURNING {_COLUMNS}""",  # noqa: S608 - a constant
        inbound_id,
        lead_id,
        by,
    )
    if row is None:
        raise NotFound("there is no such mail that waits for somebody")
    return Inbound.of(row)


async def close(conn: Connection, inbound_id: str, by: str) -> Inbound:
    """Somebody has seen to it. Raises NotFound unless it was set aside."""
    row = await conn.fetchrow(
        f"""UPDATE inbound_mails SET state = 'done', closed_by = $2
             WHERE id = $1 AND state = 'set_aside' RETURNING {_COLUMNS}""",  # noqa: S608 - a constant
        inbound_id,
        by,
    )
    if row is None:
        raise NotFound("there is no such mail that waits for somebody")
    return Inbound.of(row)


async def get(conn: Connection, inbound_id: str) -> Inbound:
    """One mail. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM inbound_mails WHERE id = $1", inbound_id)  # noqa: S608 - a constant
    if row is None:
        raise NotFound("there is no such mail")
    return Inbound.of(row)


async def page(
    conn: Connection,
    *,
    state: InboundState | None,
    lead_id: str | None,
    limit: int,
    before: str | None,
    scope: Scope | None = None,
) -> list[Inbound]:
    """Mails that came in, the newest first; with a `scope`, only those about mails in it."""
    within = f"AND mail_id IN (SELECT id FROM mails WHERE {scope.condition(5)})" if scope else ""  # noqa: S608 - a condition of code
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM inbound_mails
             WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR lead_id = $2)
               AND ($3::uuid IS NULL OR id < $3) {within} ORDER BY id DESC LIMIT $4""",  # noqa: S608 - conditions of code
        state,
        lead_id,
        before,
        limit,
        *([scope.value] if scope else []),
    )
    return Inbound.of_all(rows)
