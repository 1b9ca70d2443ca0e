"""Figures of the managers, from records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection

# Offers are counted when they were made, sales when they were closed.
_MANAGERS = """
WITH offered AS (
    SELECT manager, count(*) AS offered, count(*) FILTER (WHERE state = 'accepted') AS accepted,
           count(*) FILTER (WHERE state = 'declined') AS declined, count(*) FILTER (WHERE state = 'expired') AS expired
      FROM hand_overs WHERE offered_at >= $1 AND offered_at < $2 AND manager IS NOT NULL GROUP BY manager),
contacted AS (
    SELECT owner, percentile_cont(0.5) WITHIN GROUP
               (ORDER BY extract(epoch FROM first_contact_at - accepted_at)) AS first_contact_seconds
      FROM deals WHERE accepted_at >= $1 AND accepted_at < $2 AND first_contact_at >= accepted_at GROUP BY owner),
won AS (
    SELECT owner, count(*) AS won FROM deals
     WHERE stage = 'won' AND closed_at >= $1 AND closed_at < $2 GROUP BY owner),
lost AS (
    SELECT owner, count(*) AS lost FROM deals
     WHERE stage = 'lost' AND closed_at >= $1 AND closed_at < $2 GROUP BY owner),
open AS (
    SELECT owner, count(*) AS open, count(*) FILTER (WHERE next_action_at < now()) AS overdue FROM deals
     WHERE stage IN ('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating') GROUP BY owner)
SELECT m.id AS manager, m.name, coalesce(o.offered, 0) AS offered, coalesce(o.accepted, 0) AS accepted,
       coalesce(o.declined, 0) AS declined, coalesce(o.expired, 0) AS expired, c.first_contact_seconds,
       coalesce(w.won, 0) AS won, coalesce(l.lost, 0) AS lost, coalesce(p.open, 0) AS open,
       coalesce(p.overdue, 0) AS overdue
  FROM managers m
  LEFT JOIN offered o ON o.manager = m.id LEFT JOIN contacted c ON c.owner = m.id LEFT JOIN won w ON w.owner = m.id
  LEFT JOIN lost l ON l.owner = m.id LEFT JOIN open p ON p.owner = m.id
 ORDER BY m.id
"""


async def managers(conn: Connection, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """One row per manager."""
    return [dict(row) for row in await conn.fetch(_MANAGERS, start, end)]


async def won_value(conn: Connection, start: datetime, end: datetime) -> dict[str, list[dict[str, Any]]]:
    """Value of the sales before tax per manager, one sum per currency."""
    rows = await conn.fetch(
        """SELECT owner, currency, sum(value) AS amount FROM deals
            WHERE stage = 'won' AND closed_at >= $1 AND closed_at < $2 GROUP BY owner, currency ORDER BY currency""",
        start,
        end,
    )
    values: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        values.setdefault(row["owner"], []).append({"amount": row["amount"], "currency": row["currency"]})
    return values
