"""Promises to call back: made, kept, late."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection, new_id
from services.lead_gen.domain.promises import CallbackPromise


async def add(conn: Connection, inbound_call_id: str, lead_id: str, due_at: datetime) -> CallbackPromise:
    """Write that somebody will be called back; a call has only one promise, the first."""
    row = await conn.fetchrow(
        """INSERT INTO callback_promises (id, inbound_call_id, lead_id, due_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (inbound_call_id) DO UPDATE SET inbound_call_id = excluded.inbound_call_id RETURNING *""",
        new_id(),
        inbound_call_id,
        lead_id,
        due_at,
    )
    return CallbackPromise.of(row)


async def keep(conn: Connection, lead_id: str) -> None:
    """Somebody spoke with the lead: what they were promised is kept, or late."""
    await conn.execute(
        """UPDATE callback_promises SET kept_at = now(), state = CASE WHEN due_at < now() THEN 'late' ELSE 'kept' END
            WHERE lead_id = $1 AND kept_at IS NULL""",
        lead_id,
    )


async def mark_late(conn: Connection) -> list[CallbackPromise]:
    """Mark the promises that nobody kept in time; returns the newly late ones."""
    rows = await conn.fetch(
        "UPDATE callback_promises SET state = 'late' WHERE state = 'open' AND due_at < now() RETURNING *"
    )
    return CallbackPromise.of_all(rows)


async def page(
    conn: Connection, *, state: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[CallbackPromise]:
    """Promises in order of their due time."""
    rows = await conn.fetch(
        """SELECT * FROM callback_promises WHERE ($1::text IS NULL OR state = $1)
              AND ($2::timestamptz IS NULL OR (due_at, id) > ($2, $3::uuid)) ORDER BY due_at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return CallbackPromise.of_all(rows)
