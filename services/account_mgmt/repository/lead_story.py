"""A customer's part of a lead's story: what their page shows and what else operators ask for, on one line of time."""

from __future__ import annotations

from services.account_mgmt.domain.lead_story import CustomerWaits, OpenItem
from services.account_mgmt.repository import story
from services.chassis.db import Connection
from services.chassis.operator_acts import STORY
from services.chassis.stories import Fact, Place

# What the customer's page tells elsewhere: invoices and their reminders, contracts, merges, how things stand.
_MORE = (
    """SELECT created_at, id::text || ':care', 'care', won_by, jsonb_build_object('imported', imported_by IS NOT NULL)
         FROM customers WHERE id = $1""",
    """SELECT lost_at, id::text || ':lost', 'lost', NULL, '{}'::jsonb
         FROM customers WHERE id = $1 AND lost_at IS NOT NULL""",
    """SELECT issued_at, id::text, 'order_invoice', NULL,
              jsonb_build_object('number', number, 'total', total::text, 'currency', currency, 'due_at', due_at)
         FROM invoices WHERE customer_id = $1""",
    """SELECT s.at, s.invoice_id || ':dunning:' || s.level, 'dunning', NULL,
              jsonb_build_object('number', i.number, 'level', s.level, 'way', s.way)
         FROM invoices i JOIN dunning_steps s ON s.invoice_id = i.id WHERE i.customer_id = $1""",
    """SELECT d.at, d.id::text, 'dunning_decision', d.by,
              jsonb_build_object('number', i.number, 'decision', d.decision, 'reason', d.reason, 'until', d.until)
         FROM invoices i JOIN dunning_decisions d ON d.invoice_id = i.id WHERE i.customer_id = $1""",
    """SELECT at, customer_id || ':held-out:' || number, 'held_out', NULL, jsonb_build_object('number', number)
         FROM held_out WHERE customer_id = $1""",
    """SELECT created_at, id::text || ':contract', 'contract', created_by,
              jsonb_build_object('name', name, 'state', state, 'reason', reason)
         FROM contracts WHERE customer_id = $1""",
    """SELECT m.at, m.id::text, 'merge', m.by,
              jsonb_build_object('other', c.contact->>'company', 'kept', m.kept = $1, 'undone_by', m.undone_by)
         FROM customer_merges m JOIN customers c ON c.id = CASE WHEN m.kept = $1 THEN m.gone ELSE m.kept END
        WHERE m.kept = $1 OR m.gone = $1""",
    """SELECT erased_at, customer_id::text || ':erased', 'erased', by, '{}'::jsonb
         FROM erasures WHERE customer_id = $1""",
    STORY,
)
_PAGE = """(SELECT at, kind || ':' || ref AS ref, kind, by, facts
      FROM ({}) part (at, ref, kind, by, facts)
     WHERE $2::timestamptz IS NULL OR (at, (kind || ':' || ref) COLLATE "C") < ($2, $3 COLLATE "C")
     ORDER BY at DESC, (kind || ':' || ref) COLLATE "C" DESC LIMIT $4)"""
_STORY = f"""
SELECT s.at, s.ref, s.kind, coalesce(m.name, v.name, p.name, s.by) AS by, s.facts
  FROM ({" UNION ALL ".join(_PAGE.format(part) for part in (*story.PARTS, *_MORE))}) s
  LEFT JOIN account_managers m ON m.id = s.by LEFT JOIN supervisors v ON v.person = s.by
  LEFT JOIN person_names p ON p.person = s.by
 ORDER BY s.at DESC, s.ref COLLATE "C" DESC LIMIT $4
"""  # noqa: S608 - put together from constants


async def page(conn: Connection, customer_id: str, *, limit: int, before: Place | None) -> list[Fact]:
    """What happened to a customer before a place, the latest first."""
    return Fact.of_all(await conn.fetch(_STORY, customer_id, *(before or (None, None)), limit))


async def open_items(conn: Connection, customer_id: str) -> list[OpenItem]:
    """The customer's open work, the oldest first, with the deadline of a nudge."""
    rows = await conn.fetch(
        """SELECT w.id, w.kind, coalesce(m.name, w.assignee) AS who, w.opened_at, w.payload, n.answer_by
             FROM work_items w LEFT JOIN nudges n ON n.item_id = w.id LEFT JOIN account_managers m ON m.id = w.assignee
            WHERE w.lead_id = $1 AND w.state IN ('open', 'leased') ORDER BY w.id LIMIT 20""",
        customer_id,
    )
    return OpenItem.of_all(rows)


async def waits(conn: Connection, customer_id: str) -> CustomerWaits:
    """What the customer's own records say is to come: the next reminder, and the first invoice that waits for money."""
    row = await conn.fetchrow(
        """SELECT c.next_nudge_at, c.updated_at, i.number, i.issued_at, i.due_at
             FROM customers c LEFT JOIN LATERAL (SELECT number, issued_at, due_at FROM invoices
                    WHERE customer_id = c.id AND state = 'open' ORDER BY due_at LIMIT 1) i ON true
            WHERE c.id = $1""",
        customer_id,
    )
    return CustomerWaits.of(row)
