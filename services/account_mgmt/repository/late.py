"""What is late in tier 3."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.lateness import IMPORTS, MAILS, LateRow, late_rows
from services.chassis.stories import Place

_AWAY = "EXISTS (SELECT FROM absences a WHERE a.manager = {} AND a.during @> now())"
_NUDGES = f"""SELECT n.answer_by, 'nudge:' || n.item_id, 'nudge', n.customer_id, c.contact->>'company', m.name,
           jsonb_build_object('away', {_AWAY.format("c.account_manager")})
      FROM nudges n JOIN customers c ON c.id = n.customer_id LEFT JOIN account_managers m ON m.id = c.account_manager
      JOIN work_items w ON w.id = n.item_id AND w.state IN ('open', 'leased')
     WHERE n.answered_at IS NULL AND n.answer_by < now()"""  # noqa: S608 - constants
# Its workflow opens a reminder at its time, a little spread.
_UNOPENED = """SELECT c.next_nudge_at, 'unopened:' || c.id, 'nudge_unopened', c.id, c.contact->>'company', NULL,
           '{}'::jsonb
      FROM customers c WHERE c.next_nudge_at < now() - interval '2 minutes' AND c.state IN ('active', 'at_risk')
       AND NOT EXISTS (SELECT FROM work_items w WHERE w.lead_id = c.id AND w.kind = 'nudge'
                          AND w.state IN ('open', 'leased'))"""
# After the last reminder it is a supervisor's turn: that is work, late in its own time.
_DUNNING = """SELECT i.dunning_at, 'dunning:' || i.id, 'dunning', i.customer_id, c.contact->>'company', NULL,
           jsonb_build_object('number', i.number)
      FROM invoices i JOIN customers c ON c.id = i.customer_id
     WHERE i.state = 'open' AND i.collected_at IS NULL AND i.dunning_at < now() - interval '5 minutes'
       AND coalesce(i.paused_until, now()) <= now()
       AND NOT EXISTS (SELECT FROM work_items w WHERE w.lead_id = i.customer_id AND w.kind = 'debt'
                          AND w.payload->>'invoice_id' = i.id::text AND w.state IN ('open', 'leased'))"""
# Work without a deadline of its own is late after a day.
_WORK = f"""SELECT w.opened_at + interval '1 day', 'work:' || w.id, 'work', w.lead_id, c.contact->>'company',
           coalesce(m.name, w.assignee), jsonb_build_object('kind', w.kind, 'away', {_AWAY.format("w.assignee")})
      FROM work_items w JOIN customers c ON c.id = w.lead_id LEFT JOIN account_managers m ON m.id = w.assignee
     WHERE w.state IN ('open', 'leased') AND w.kind <> 'nudge' AND w.opened_at < now() - interval '1 day'"""  # noqa: S608 - constants
_UNASSIGNED = """SELECT c.created_at, 'unassigned:' || c.id, 'unassigned', c.id, c.contact->>'company', NULL,
           '{}'::jsonb
      FROM customers c WHERE c.account_manager IS NULL AND c.state IN ('active', 'at_risk')
       AND c.merged_into IS NULL AND c.created_at < now() - interval '5 minutes'"""
_PARTS = (_NUDGES, _UNOPENED, _DUNNING, _WORK, _UNASSIGNED, IMPORTS, MAILS)


async def page(conn: Connection, limit: int, after: Place | None, lead_id: str | None = None) -> list[LateRow]:
    """What is late after a place, the longest first."""
    return await late_rows(conn, _PARTS, limit, after, lead_id)
