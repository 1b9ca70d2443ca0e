"""Inbound calls: where each was put through, and its state at the switchboard."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.inbound_calls import Inbound, NewInbound, Ringing
from services.lead_gen.repository import leads

_COLUMNS = """*, routed_to AS tier,
    (SELECT due_at FROM callback_promises p WHERE p.inbound_call_id = inbound_calls.id) AS promised_by"""


async def who_calls(conn: Connection, phone: str | None, call_id: str | None) -> tuple[str | None, str | None]:
    """(id of the lead that this number calls from, id of the call if its `call_id` was reported before)."""
    row = await conn.fetchrow(
        f"SELECT {leads.CALLER} AS lead_id, (SELECT id FROM inbound_calls WHERE call_id = $2) AS earlier",  # noqa: S608 - an expression named there
        phone,
        call_id,
    )
    return (row["lead_id"], row["earlier"]) if row else (None, None)


async def get(conn: Connection, inbound_call_id: str) -> Inbound:
    """Read an inbound call. Raises NotFound."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM inbound_calls WHERE id = $1", inbound_call_id)  # noqa: S608 - columns named here
    if row is None:
        raise NotFound(f"There is no inbound call {inbound_call_id}")
    return Inbound.of(row)


async def page(
    conn: Connection, *, lead_id: str | None, state: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[Inbound]:
    """Inbound calls in order of time."""
    rows = await conn.fetch(
        f"""SELECT {_COLUMNS} FROM inbound_calls
             WHERE ($1::uuid IS NULL OR lead_id = $1) AND ($2::text IS NULL OR state = $2)
               AND ($3::timestamptz IS NULL OR (at, id) > ($3, $4::uuid)) ORDER BY at, id LIMIT $5""",  # noqa: S608 - columns named here
        lead_id,
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return Inbound.of_all(rows)


async def add(conn: Connection, call: NewInbound) -> Inbound:
    """Write where an inbound call was put through."""
    row = await conn.fetchrow(
        f"""INSERT INTO inbound_calls (id, lead_id, phone, called, call_id, note, by, routed_to, owner, known,
                                       workflow_id, stage)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING {_COLUMNS}""",  # noqa: S608 - columns named here
        new_id(),
        call.lead_id,
        call.phone,
        call.called,
        call.call_id,
        call.note,
        call.by,
        call.routed_to,
        call.owner,
        call.known,
        call.workflow_id,
        call.stage,
    )
    return Inbound.of(row)


async def ringing(conn: Connection, caller: str) -> list[Ringing]:
    """Calls of known leads that have come in a moment ago and are not answered; the newest first.

    A switchboard that reports no more than the call itself leaves it ringing, so a moment is all that is believed.
    """
    rows = await conn.fetch(
        """SELECT i.id, l.company, l.contact_name, i.routed_to, i.owner, i.at,
                  EXISTS (SELECT FROM calls c WHERE c.lead_id = i.lead_id AND c.caller = $1)
                  OR EXISTS (SELECT FROM work_items w WHERE w.lead_id = i.lead_id AND w.kind = 'call'
                                AND (w.leased_by = $1 OR w.assignee = $1)) AS mine
             FROM (SELECT * FROM inbound_calls WHERE at > now() - interval '20 seconds' ORDER BY at DESC LIMIT 20) i
             JOIN leads l ON l.id = i.lead_id
            WHERE i.known AND i.state = 'ringing' ORDER BY i.at DESC""",
        caller,
    )
    return Ringing.of_all(rows)


async def set_state(conn: Connection, inbound_call_id: str, state: str) -> Inbound:
    """Write the call's state at the switchboard."""
    row = await conn.fetchrow(
        f"UPDATE inbound_calls SET state = $2 WHERE id = $1 RETURNING {_COLUMNS}",  # noqa: S608 - columns named here
        inbound_call_id,
        state,
    )
    return Inbound.of(row)
