"""What is known of a lead, changed by hand, and the calls that wait for leads whose place has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection
from services.chassis.records import Record


class WaitingCall(Record):
    """A call in the queue, or in a caller's hands."""

    id: str
    lead_id: str
    campaign_id: str
    not_before: datetime


async def write(conn: Connection, lead_id: str, fields: Mapping[str, Any]) -> None:
    """Write these columns of a lead; None empties one."""
    if not fields:
        return
    given = ", ".join(f"{name} = ${n}" for n, name in enumerate(fields, 2))
    await conn.execute(f"UPDATE leads SET {given}, updated_at = now() WHERE id = $1", lead_id, *fields.values())  # noqa: S608 - names of a model's fields


async def take_correction(conn: Connection, lead_id: str, at: datetime) -> bool:
    """Note that the tier that has the lead corrects its card; False if it did so later already, or the lead is gone."""
    taken = await conn.fetchval(
        """UPDATE leads SET contact_at = $2 WHERE id = $1 AND stage NOT IN ('erased', 'merged')
              AND coalesce(contact_at < $2, true) RETURNING true""",
        lead_id,
        at,
    )
    return bool(taken)


async def waiting_calls(conn: Connection, lead_ids: Collection[str]) -> list[WaitingCall]:
    """The calls of these leads that are not made yet."""
    rows = await conn.fetch(
        """SELECT id, lead_id, payload->>'campaign_id' AS campaign_id, not_before FROM work_items
            WHERE lead_id = ANY($1::uuid[]) AND kind = 'call' AND state IN ('open', 'leased')
              AND payload ? 'campaign_id'""",
        list(lead_ids),
    )
    return WaitingCall.of_all(rows)


async def move_call(conn: Connection, call: WaitingCall, group: str, at: datetime) -> None:
    """Let a call wait in this group; not taken yet, until this time."""
    await conn.execute(
        """UPDATE work_items SET group_key = $2, not_before = CASE WHEN state = 'open' THEN $3 ELSE not_before END
            WHERE id = $1""",
        call.id,
        group,
        at,
    )
    await conn.execute(
        "UPDATE leads SET next_call_at = $2 WHERE id = $1 AND stage = 'calling' AND next_call_at IS NOT NULL",
        call.lead_id,
        at,
    )
