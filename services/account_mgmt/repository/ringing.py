"""Inbound calls that a moment ago became work of somebody here."""

from __future__ import annotations

from services.account_mgmt.domain.ringing import Ringing
from services.chassis.db import Connection


async def of_person(conn: Connection, person: str, *, unowned: bool) -> list[Ringing]:
    """Calls of this person's customers, the newest first; with `unowned`, also those that lie with nobody."""
    rows = await conn.fetch(
        """SELECT w.id, c.id AS customer_id, c.contact ->> 'company' AS company, c.contact ->> 'contact_name' AS person,
                  w.opened_at AS at
             FROM work_items w JOIN customers c ON c.id = w.lead_id
            WHERE w.kind = 'inbound' AND w.state = 'open' AND w.opened_at > now() - interval '30 seconds'
              AND (w.assignee = $1 OR ($2 AND w.assignee IS NULL))
            ORDER BY w.opened_at DESC LIMIT 5""",
        person,
        unowned,
    )
    return Ringing.of_all(rows)
