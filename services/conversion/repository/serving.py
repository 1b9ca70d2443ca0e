"""Which manager works on a lead, or closed the sale."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from services.chassis.serving import Served


async def served(conn: Connection, lead_ids: Sequence[str]) -> list[Served]:
    """The manager of the latest deal that had one."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (d.lead_id) d.lead_id::text, d.owner AS person, coalesce(m.name, d.owner) AS name
             FROM deals d LEFT JOIN managers m ON m.id = d.owner
            WHERE d.lead_id = ANY($1::uuid[]) AND d.owner IS NOT NULL
            ORDER BY d.lead_id, d.id DESC""",
        lead_ids,
    )
    return Served.of_all(rows)
