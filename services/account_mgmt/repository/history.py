"""What happened with a customer, besides the orders."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection

_EVENTS = """
SELECT at, what FROM (
    SELECT answered_at AS at, 'reminded: ' || replace(outcome, '_', ' ') || coalesce(', ' || note, '') AS what
      FROM nudges WHERE customer_id = $1 AND outcome IS NOT NULL
    UNION ALL
    SELECT opened_at, kind || coalesce(': ' || (payload->>'note'), '') FROM work_items
     WHERE lead_id = $1 AND kind IN ('complaint', 'risk')) happened
 ORDER BY at DESC LIMIT $2
"""


async def events(conn: Connection, customer_id: str, limit: int = 12) -> list[tuple[datetime, str]]:
    """Answers to reminders, complaints and risks, the latest first."""
    return [(row["at"], row["what"]) for row in await conn.fetch(_EVENTS, customer_id, limit)]
