"""Inbound calls, what the switchboard said of them, and promises to call back."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.inbound import Route
from services.lead_gen.schemas.inbound import InboundView, NewInboundCall, PromiseView, TelephonyEvent

_SELECT = "SELECT i.*, i.routed_to AS tier FROM inbound_calls i"
Cursor = tuple[datetime, str] | None


async def by_call_id(conn: Connection, call_id: str) -> InboundView | None:
    """A switchboard may report the same call twice."""
    row = await conn.fetchrow(f"{_SELECT} WHERE i.call_id = $1", call_id)
    return InboundView.model_validate(dict(row)) if row else None


async def get(conn: Connection, inbound_call_id: str) -> InboundView:
    """Read an inbound call. Raises NotFound."""
    row = await conn.fetchrow(f"{_SELECT} WHERE i.id = $1", inbound_call_id)
    if row is None:
        raise NotFound(f"There is no inbound call {inbound_call_id}")
    return InboundView.model_validate(dict(row))


async def page(
    conn: Connection, *, lead_id: str | None, state: str | None, limit: int, after: Cursor
) -> list[InboundView]:
    """Inbound calls in order of time."""
    rows = await conn.fetch(
        f"""{_SELECT} WHERE ($1::uuid IS NULL OR i.lead_id = $1) AND ($2::text IS NULL OR i.state = $2)
              AND ($3::timestamptz IS NULL OR (i.at, i.id) > ($3, $4::uuid)) ORDER BY i.at, i.id LIMIT $5""",
        lead_id,
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [InboundView.model_validate(dict(row)) for row in rows]


async def record(
    conn: Connection,
    call: NewInboundCall,
    *,
    phone: str,
    by: str,
    lead_id: str,
    known: bool,
    routed: Route,
    workflow_id: str,
) -> InboundView:
    """Write where an inbound call was put through."""
    row = await conn.fetchrow(
        """INSERT INTO inbound_calls (id, lead_id, phone, called, call_id, note, by, routed_to, owner, known,
                                      workflow_id, stage)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING *, routed_to AS tier""",
        new_id(),
        lead_id,
        phone,
        call.to,
        call.call_id,
        call.note,
        by,
        routed.tier,
        routed.owner,
        known,
        workflow_id,
        routed.stage,
    )
    return InboundView.model_validate(dict(row or {}))


async def take_event(conn: Connection, event: TelephonyEvent) -> bool:
    """Remember an event; False if this call had it before."""
    done = await conn.execute(
        "INSERT INTO telephony_events (call_id, event, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        event.call_id,
        event.event,
        event.at,
    )
    return done.endswith("1")


async def set_state(conn: Connection, inbound_call_id: str, state: str) -> InboundView:
    """Write the call's state at the switchboard."""
    row = await conn.fetchrow(
        "UPDATE inbound_calls SET state = $2 WHERE id = $1 RETURNING *, routed_to AS tier", inbound_call_id, state
    )
    return InboundView.model_validate(dict(row or {}))


# Promises


async def promise(conn: Connection, call: InboundView, due_at: datetime) -> PromiseView:
    """Write that somebody will be called back; a call has one promise, the first."""
    row = await conn.fetchrow(
        """INSERT INTO callback_promises (id, inbound_call_id, lead_id, due_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (inbound_call_id) DO UPDATE SET inbound_call_id = excluded.inbound_call_id RETURNING *""",
        new_id(),
        call.id,
        call.lead_id,
        due_at,
    )
    return PromiseView.model_validate(dict(row or {}))


async def keep_promises(conn: Connection, lead_id: str) -> None:
    """Somebody spoke with the lead: what was promised to him is kept, or came late."""
    await conn.execute(
        """UPDATE callback_promises SET kept_at = now(), state = CASE WHEN due_at < now() THEN 'late' ELSE 'kept' END
            WHERE lead_id = $1 AND kept_at IS NULL""",
        lead_id,
    )


async def late_promises(conn: Connection) -> list[PromiseView]:
    """Mark the promises that nobody kept in time; those that are late since the last look."""
    rows = await conn.fetch(
        "UPDATE callback_promises SET state = 'late' WHERE state = 'open' AND due_at < now() RETURNING *"
    )
    return [PromiseView.model_validate(dict(row)) for row in rows]


async def promises_page(conn: Connection, *, state: str | None, limit: int, after: Cursor) -> list[PromiseView]:
    """Promises in order of their due time."""
    rows = await conn.fetch(
        """SELECT * FROM callback_promises WHERE ($1::text IS NULL OR state = $1)
              AND ($2::timestamptz IS NULL OR (due_at, id) > ($2, $3::uuid)) ORDER BY due_at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [PromiseView.model_validate(dict(row)) for row in rows]
