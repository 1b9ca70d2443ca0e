"""Which caller found a lead."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from services.chassis.serving import Served


async def served(conn: Connection, lead_ids: Sequence[str]) -> list[Served]:
    """Whoever handed the lead over, the last time."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (c.lead_id) c.lead_id::text, c.caller AS person, coalesce(p.name, c.caller) AS name
             FROM calls c LEFT JOIN callers p ON p.id = c.caller
            WHERE c.lead_id = ANY($1::uuid[]) AND c.outcome IN ('interested', 'hard_question')
            ORDER BY c.lead_id, c.at DESC, c.id DESC""",
        lead_ids,
    )
    return Served.of_all(rows)
