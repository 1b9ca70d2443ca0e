"""The figures of the bar, in one query."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.duty import Figures

_EARNED = """
coalesce((SELECT jsonb_agg(e) FROM (
    SELECT currency, coalesce(sum(amount) FILTER (WHERE kind IN ('accrued', 'clawed_back')), 0)::text AS accrued
      FROM commissions WHERE month = $2 AND person = $1 GROUP BY currency ORDER BY currency) e), '[]') AS earned
"""


async def figures(conn: Connection, person: str | None, month: str, at: datetime) -> Figures:
    """A manager's deals, capacity, absence at this moment and commission of the month; without one, everybody's."""
    if person is None:
        return Figures(deals=await conn.fetchval("SELECT coalesce(sum(deals), 0)::int FROM manager_load"))
    row = await conn.fetchrow(
        f"""SELECT m.name, coalesce(m.active, true) AS active, m.capacity, m.hours, coalesce(w.deals, 0) AS deals,
                   a.id AS absence_id, a.ends_at AS absence_until, a.reason AS absence_reason,
                   coalesce(a.created_by = one.id, false) AS absence_is_own, {_EARNED}
              FROM (SELECT $1::text AS id) one
              LEFT JOIN managers m USING (id)
              LEFT JOIN manager_load w ON w.manager = one.id
              LEFT JOIN absences a ON a.manager = one.id AND a.during @> $3::timestamptz""",  # noqa: S608 - a constant
        person,
        month,
        at,
    )
    return Figures.of(row)
