"""What waits or is late across the team: each kind by its own index, the oldest of it."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.team_waiting import WaitingRow
from services.conversion.repository.board import LAST_OFFER, ON_BOARD
from services.conversion.repository.team import ASKS

_OFFERED = """SELECT CASE WHEN h.manager IS NOT NULL THEN 'offered' WHEN h.waiting THEN 'unplaced' ELSE 'untaken' END,
       h.item_id, h.deal_id, h.manager, h.offered_at, h.accept_by, coalesce(h.question, h.needs)
  FROM hand_overs h WHERE h.state = 'open'{h.manager} ORDER BY h.offered_at"""
_QUESTIONS = f"""SELECT 'question', d.id, d.id, d.owner, coalesce(d.accepted_at, d.offered_at), d.promised_by,
       d.question
  FROM deals d WHERE {ASKS} AND {ON_BOARD}{{d.owner}} ORDER BY d.accepted_at"""  # noqa: S608 - constants
_UNMANNED = """SELECT 'unmanned', t.id, t.deal_id, t.manager, t.updated_at, NULL::timestamptz, t.needs_person
  FROM meetings t WHERE t.needs_person IS NOT NULL AND t.state = 'booked' AND t.ends_at > $1{t.manager}
 ORDER BY t.starts_at"""
_ITEMS = """SELECT w.kind, w.id, (w.payload ->> 'deal_id')::uuid, w.assignee, w.opened_at, NULL::timestamptz,
       w.payload ->> 'text'
  FROM work_items w WHERE w.state = 'open' AND w.kind IN ('inbound', 'reply', 'mail'){w.assignee}
 ORDER BY w.opened_at"""
_MEETINGS = """SELECT 'meeting', t.id, t.deal_id, t.manager, t.ends_at, t.ends_at, NULL
  FROM meetings t WHERE t.state = 'booked' AND t.needs_person IS NULL AND t.ends_at < $1{t.manager}
 ORDER BY t.ends_at"""
# A step that says "meeting" is told by the meeting.
_STEPS = f"""SELECT 'step', d.id, d.id, d.owner, d.next_action_at, d.next_action_at, d.next_action
  FROM deals d WHERE d.next_action_at < $1 AND {ON_BOARD}{{d.owner}} ORDER BY d.next_action_at"""  # noqa: S608 - constants
_STALE = f"""SELECT 'stale', d.id, d.id, d.owner, d.stage_since, NULL::timestamptz, NULL
  FROM work_items w JOIN deals d ON d.id = (w.payload ->> 'deal_id')::uuid AND {ON_BOARD}
 WHERE w.state = 'open' AND w.kind = 'stale'{{d.owner}} ORDER BY d.stage_since"""  # noqa: S608 - constants
_PARTS = (_OFFERED, _QUESTIONS, _UNMANNED, _ITEMS, _MEETINGS, _STEPS, _STALE)
_OWNERS = ("h.manager", "d.owner", "t.manager", "w.assignee")
_WAITING = f"""
SELECT l.kind, l.id, l.deal_id, d.contact ->> 'company' AS company, coalesce(l.owner, d.owner) AS owner, d.stage,
       l.since, l.due, l.text, coalesce(d.value, o.net) AS worth, coalesce(d.currency, o.currency) AS currency,
       EXISTS (SELECT FROM absences a WHERE a.manager = coalesce(l.owner, d.owner) AND a.during @> $1) AS away,
       (SELECT max(w.opened_at) FROM work_items w WHERE w.lead_id = d.lead_id AND w.kind = 'reminder'
           AND w.state = 'open' AND w.payload ? 'asked_by') AS asked_at
  FROM (%s) l (kind, id, deal_id, owner, since, due, text)
  LEFT JOIN deals d ON d.id = l.deal_id
  {LAST_OFFER}
"""  # noqa: S608 - constants


async def waiting(conn: Connection, at: datetime, limit: int, of: str | None = None) -> list[WaitingRow]:
    """Of each kind up to `limit`, the oldest of it, in no order: of everybody, or of one manager."""
    parts = " UNION ALL ".join(f"(SELECT * FROM ({_whose(part, of)}) part LIMIT $2)" for part in _PARTS)  # noqa: S608 - constants
    values = [at, limit] if of is None else [at, limit, of]
    return WaitingRow.of_all(await conn.fetch(_WAITING % parts, *values))


def _whose(part: str, of: str | None) -> str:
    """A part narrowed to a manager; what is not asked for is left out, so that an index can be seen to fit."""
    for owner in _OWNERS:
        part = part.replace(f"{{{owner}}}", "" if of is None else f" AND {owner} = $3")
    return part
