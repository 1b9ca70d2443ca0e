"""The team's page: what each manager has, and the offers that wait for a decision."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.team import AskedOffer, MemberRow
from services.conversion.repository.board import ON_BOARD

ASKS = "d.question IS NOT NULL AND d.question_answered_at IS NULL"
"""Of a deal `d`: nobody has answered its question."""
_MOST = 500
_MEMBERS = f"""
SELECT m.id, m.name, m.team, m.active, m.capacity, m.hours, coalesce(w.deals, 0) AS deals,
       a.id AS absence_id, a.ends_at AS absence_until, a.reason AS absence_reason,
       coalesce(a.created_by = m.id, false) AS absence_is_own,
       coalesce(s.stages, '{{}}') AS stages, coalesce(s.late, 0) AS late, coalesce(h.offers, 0) AS offers, h.answer_by,
       coalesce(q.questions, 0) AS questions, t.meetings
  FROM managers m
  LEFT JOIN manager_load w ON w.manager = m.id
  LEFT JOIN absences a ON a.manager = m.id AND a.during @> $1::timestamptz
  LEFT JOIN (SELECT owner, jsonb_object_agg(stage, deals) AS stages, sum(late)::int AS late
               FROM (SELECT d.owner, d.stage, count(*) AS deals, count(*) FILTER (WHERE d.next_action_at < $1) AS late
                       FROM deals d WHERE {ON_BOARD} GROUP BY d.owner, d.stage) counted GROUP BY owner) s
         ON s.owner = m.id
  LEFT JOIN (SELECT manager, count(*)::int AS offers, min(accept_by) AS answer_by
               FROM hand_overs WHERE state = 'open' AND manager IS NOT NULL GROUP BY manager) h ON h.manager = m.id
  LEFT JOIN (SELECT d.owner, count(*)::int AS questions FROM deals d WHERE {ASKS} AND {ON_BOARD} GROUP BY d.owner) q
         ON q.owner = m.id
 CROSS JOIN LATERAL (SELECT count(*)::int AS meetings FROM meetings x
        WHERE x.manager = m.id AND x.starts_at >= $2 AND x.starts_at < $3
          AND x.state IN ('booked', 'held', 'no_show')) t
 WHERE m.active OR w.deals > 0
 ORDER BY m.id LIMIT {_MOST}
"""  # noqa: S608 - constants


async def members(conn: Connection, at: datetime, begins: datetime, ends: datetime) -> list[MemberRow]:
    """Active managers and whoever still has deals, at a moment of the day between the other two."""
    return MemberRow.of_all(await conn.fetch(_MEMBERS, at, begins, ends))


async def asked_offers(conn: Connection, limit: int) -> list[AskedOffer]:
    """Offers that wait for a supervisor's decision, the most urgent first."""
    rows = await conn.fetch(
        """SELECT o.*, d.contact ->> 'company' AS company, d.owner, d.policy_version
             FROM offers o JOIN deals d ON d.id = o.deal_id
            WHERE o.state = 'awaiting_approval' ORDER BY o.approve_by NULLS LAST, o.id LIMIT $1""",
        limit,
    )
    return AskedOffer.of_all(rows)


async def deciding(conn: Connection) -> int:
    """How many offers wait for a decision."""
    return int(await conn.fetchval("SELECT count(*) FROM offers WHERE state = 'awaiting_approval'"))
