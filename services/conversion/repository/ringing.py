"""Inbound calls that a moment ago became work of somebody here."""

from __future__ import annotations

from services.chassis.db import Connection
from services.conversion.domain.ringing import Ringing


async def of_person(conn: Connection, person: str, *, unowned: bool) -> list[Ringing]:
    """Calls of this person's deals, the newest first; with `unowned`, also those that lie with nobody."""
    rows = await conn.fetch(
        """SELECT w.id, d.id AS deal_id, d.contact ->> 'company' AS company, d.contact ->> 'contact_name' AS person,
                  w.payload ->> 'text' AS said, w.opened_at AS at
             FROM work_items w JOIN deals d ON d.id = (w.payload ->> 'deal_id')::uuid
            WHERE w.kind = 'inbound' AND w.state = 'open' AND w.opened_at > now() - interval '30 seconds'
              AND (w.assignee = $1 OR ($2 AND w.assignee IS NULL))
            ORDER BY w.opened_at DESC LIMIT 5""",
        person,
        unowned,
    )
    return Ringing.of_all(rows)
