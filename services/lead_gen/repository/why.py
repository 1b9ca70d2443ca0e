"""What only the answer to why a lead is called needs."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.why import Number


async def numbers(conn: Connection, lead_id: str) -> list[Number]:
    """The lead's numbers, the best first."""
    rows = await conn.fetch(
        """SELECT p.phone, p.bad, d.scope, d.at FROM lead_phones p
             LEFT JOIN LATERAL (
                    SELECT * FROM do_not_call
                     WHERE phone IN (p.phone, split_part(p.phone, ';', 1)) AND withdrawn_at IS NULL
                     ORDER BY scope LIMIT 1) d ON true
            WHERE p.lead_id = $1 ORDER BY p.bad, p.position""",
        lead_id,
    )
    return Number.of_all(rows)
