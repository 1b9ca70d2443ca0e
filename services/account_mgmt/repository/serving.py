"""Which account manager has a customer."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.db import Connection
from services.chassis.serving import Served


async def served(conn: Connection, lead_ids: Sequence[str]) -> list[Served]:
    """Their account manager; a customer keeps the id of their lead."""
    rows = await conn.fetch(
        """SELECT c.id::text AS lead_id, m.id AS person, m.name
             FROM customers c JOIN account_managers m ON m.id = c.account_manager
            WHERE c.id = ANY($1::uuid[])""",
        lead_ids,
    )
    return Served.of_all(rows)
