"""What is late in tier 2, and who is there to do it."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.lateness import MAILS, LateRow, late_rows
from services.chassis.stories import Place
from services.conversion.domain.late import Staff

_WORKED = "('accepted', 'informing', 'qualified', 'meeting', 'offer', 'negotiating')"
_AWAY = "EXISTS (SELECT FROM absences a WHERE a.manager = {} AND a.during @> now())"
# A few seconds after its deadline, the workflow itself takes an offer back.
_OFFERS = """SELECT h.accept_by, 'offer:' || h.item_id, 'hand_over', d.lead_id, d.contact->>'company', m.name,
           '{}'::jsonb
      FROM hand_overs h JOIN deals d ON d.id = h.deal_id LEFT JOIN managers m ON m.id = h.manager
     WHERE h.state = 'open' AND h.accept_by < now() - interval '30 seconds'"""
_WAITING = """SELECT h.offered_at, 'waiting:' || h.item_id, 'hand_over_waits', d.lead_id, d.contact->>'company', NULL,
           '{}'::jsonb
      FROM hand_overs h JOIN deals d ON d.id = h.deal_id
     WHERE h.state = 'open' AND h.waiting AND coalesce(h.overflow_at, now()) <= now()"""
_NOBODYS = """SELECT h.offered_at, 'nobodys:' || h.item_id, 'hand_over_nobodys', d.lead_id, d.contact->>'company', NULL,
           '{}'::jsonb
      FROM hand_overs h JOIN deals d ON d.id = h.deal_id
     WHERE h.state = 'open' AND NOT h.waiting AND h.manager IS NULL AND h.level > 0"""
_STEPS = f"""SELECT d.next_action_at, 'step:' || d.id, 'next_step', d.lead_id, d.contact->>'company',
           coalesce(m.name, d.owner), jsonb_build_object('what', d.next_action, 'away', {_AWAY.format("d.owner")})
      FROM deals d LEFT JOIN managers m ON m.id = d.owner
     WHERE d.next_action_at < now() AND d.stage IN {_WORKED}
       AND NOT (d.next_action = 'meeting' AND EXISTS (SELECT FROM meetings t WHERE t.deal_id = d.id
                AND t.state = 'booked' AND t.ends_at < now()))"""  # noqa: S608 - constants
_STALE = f"""SELECT d.stage_since, 'stale:' || d.id, 'stale', d.lead_id, d.contact->>'company',
           coalesce(m.name, d.owner), jsonb_build_object('stage', d.stage, 'away', {_AWAY.format("d.owner")})
      FROM deals d LEFT JOIN managers m ON m.id = d.owner
     WHERE d.stage IN {_WORKED} AND EXISTS (SELECT FROM work_items w WHERE w.lead_id = d.lead_id
           AND w.kind = 'stale' AND w.state IN ('open', 'leased'))"""  # noqa: S608 - constants
_MEETINGS = f"""SELECT t.ends_at, 'meeting:' || t.id, 'meeting', d.lead_id, d.contact->>'company',
           coalesce(m.name, t.manager), jsonb_build_object('away', {_AWAY.format("t.manager")})
      FROM meetings t JOIN deals d ON d.id = t.deal_id LEFT JOIN managers m ON m.id = t.manager
     WHERE t.state = 'booked' AND t.ends_at < now()"""  # noqa: S608 - constants
_PROMISES = """SELECT d.promised_by, 'promise:' || d.id, 'promise', d.lead_id, d.contact->>'company',
           coalesce(m.name, d.owner), '{}'::jsonb
      FROM deals d LEFT JOIN managers m ON m.id = d.owner
     WHERE d.promise = 'open' AND d.promised_by < now()"""
_APPROVALS = """SELECT o.approve_by, 'approval:' || o.id, 'approval', d.lead_id, d.contact->>'company', NULL,
           jsonb_build_object('number', o.number)
      FROM offers o JOIN deals d ON d.id = o.deal_id WHERE o.state = 'awaiting_approval' AND o.approve_by < now()"""
_PARTS = (_OFFERS, _WAITING, _NOBODYS, _STEPS, _STALE, _MEETINGS, _PROMISES, _APPROVALS, MAILS)


async def page(conn: Connection, limit: int, after: Place | None, lead_id: str | None = None) -> list[LateRow]:
    """What is late after a place, the longest first."""
    return await late_rows(conn, _PARTS, limit, after, lead_id)


async def staff(conn: Connection) -> Staff:
    """How many managers are there, and how many of them have room."""
    return Staff.of(
        await conn.fetchrow(
            f"""SELECT count(*) AS there, count(*) FILTER (WHERE coalesce(l.deals + l.offers, 0) < m.capacity) AS free
                  FROM managers m LEFT JOIN manager_load l ON l.manager = m.id
                 WHERE m.active AND NOT {_AWAY.format("m.id")}"""  # noqa: S608 - constants
        )
    )
