"""What a deal's page reads beside the deal itself: pages of its timeline, its open work, who is who, its mails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.deals import TimelineEntry
from services.conversion.domain.history import MailLine, OpenWork


async def page(
    conn: Connection, deal_id: str, *, kinds: Sequence[str], limit: int, before: str | None
) -> list[TimelineEntry]:
    """Entries of these kinds (of any, if none are named), the newest first, older than `before`."""
    rows = await conn.fetch(
        """SELECT * FROM timeline WHERE deal_id = $1 AND (cardinality($2::text[]) = 0 OR kind = ANY($2))
              AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4""",
        deal_id,
        list(kinds),
        before,
        limit,
    )
    return TimelineEntry.of_all(rows)


async def since(conn: Connection, deal_id: str, seen: str, limit: int) -> list[TimelineEntry]:
    """Entries after the one that was seen last, the oldest first."""
    rows = await conn.fetch(
        "SELECT * FROM timeline WHERE deal_id = $1 AND id > $2 ORDER BY id LIMIT $3", deal_id, seen, limit
    )
    return TimelineEntry.of_all(rows)


async def open_work(conn: Connection, lead_id: str, kinds: Sequence[str]) -> list[OpenWork]:
    """The lead's open items of these kinds, the oldest first."""
    rows = await conn.fetch(
        """SELECT id, kind, assignee, opened_at, payload FROM work_items
            WHERE lead_id = $1 AND state IN ('open', 'leased') AND kind = ANY($2) ORDER BY id LIMIT 20""",
        lead_id,
        list(kinds),
    )
    return OpenWork.of_all(rows)


async def names(conn: Connection) -> dict[str, str]:
    """What the managers are called, by id."""
    return {row["id"]: row["name"] for row in await conn.fetch("SELECT id, name FROM managers LIMIT 1000")}


async def mails(conn: Connection, lead_id: str, begun: datetime, limit: int) -> list[MailLine]:
    """Mails to a lead since a moment, the newest first, without their texts and files."""
    rows = await conn.fetch(
        """SELECT id, purpose, recipient, subject, state, last_error, next_at, created_at, closed_at,
                  sent_at, withdrawn_at, withdrawn_why,
                  ARRAY(SELECT file ->> 'name' FROM jsonb_array_elements(attachments) AS file) AS files
             FROM mails WHERE lead_id = $1 AND created_at >= $2 ORDER BY id DESC LIMIT $3""",
        lead_id,
        begun,
        limit,
    )
    return MailLine.of_all(rows)
