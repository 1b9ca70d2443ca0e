"""A customer's story: one query over everything that is written of them, each part found in an index of its own."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.story import StoryEvent
from services.account_mgmt.repository.payments import BY_BANK
from services.chassis.db import Connection

# Of each kind, at most a page before the place: (time, ref, kind, by, facts).
PARTS = (
    """SELECT placed_at AS at, id::text AS ref, 'order' AS kind, placed_by AS by,
              jsonb_build_object('number', coalesce(imported_number, number), 'total', total::text,
                                 'currency', currency, 'state', state,
                                 'source', source, 'note', note, 'reason', reason) AS facts
         FROM orders WHERE customer_id = $1""",
    f"""SELECT p.paid_at, p.id::text, 'payment', p.taken_by,
              jsonb_build_object('amount', p.amount::text, 'currency', i.currency, 'number', i.number,
                                 'by_bank', {BY_BANK})
         FROM payments p JOIN invoices i ON i.id = p.invoice_id WHERE i.customer_id = $1
          AND NOT EXISTS (SELECT FROM surplus_moves m WHERE m.payment_id = p.id)""",  # noqa: S608 - a constant
    """SELECT n.issued_at, n.id::text, 'credit_note', n.issued_by,
              jsonb_build_object('amount', n.amount::text, 'currency', i.currency, 'number', n.number,
                                 'invoice', i.number, 'reason', n.reason)
         FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id WHERE i.customer_id = $1""",
    """SELECT r.made_at, r.id::text, 'refund', r.made_by,
              jsonb_build_object('amount', r.amount::text, 'currency', i.currency, 'number', i.number,
                                 'reason', r.reason)
         FROM refunds r JOIN invoices i ON i.id = r.invoice_id WHERE i.customer_id = $1""",
    """SELECT r.at, r.payment_id::text || ':reversed', 'reversal', r.reversed_by,
              jsonb_build_object('amount', r.amount::text, 'currency', i.currency, 'number', i.number,
                                 'reason', r.reason, 'returned', r.kind = 'returned')
         FROM payment_reversals r JOIN invoices i ON i.id = r.invoice_id WHERE i.customer_id = $1""",
    """SELECT w.at, w.id::text, 'write_off', w.written_by,
              jsonb_build_object('amount', w.amount::text, 'currency', i.currency, 'number', i.number,
                                 'reason', w.reason, 'undone', w.undone_reason)
         FROM write_offs w JOIN invoices i ON i.id = w.invoice_id WHERE i.customer_id = $1""",
    """SELECT m.moved_at, m.id::text, 'move', m.moved_by,
              jsonb_build_object('amount', m.amount::text, 'currency', i.currency, 'number', i.number,
                                 'to', t.number, 'reason', m.reason)
         FROM surplus_moves m JOIN invoices i ON i.id = m.from_invoice JOIN invoices t ON t.id = m.to_invoice
        WHERE i.customer_id = $1""",
    """SELECT opened_at, item_id::text || ':opened', 'nudge', NULL, jsonb_build_object('number', number)
         FROM nudges WHERE customer_id = $1""",
    """SELECT answered_at, item_id::text || ':answered', 'answer', answered_by,
              jsonb_build_object('outcome', outcome, 'note', note)
         FROM nudges WHERE customer_id = $1 AND answered_at IS NOT NULL""",
    """SELECT opened_at, id::text, 'work', NULL,
              jsonb_build_object('kind', kind, 'note', coalesce(payload->>'note', payload->>'text',
                                 payload->>'number'), 'state', state, 'result', result)
         FROM work_items WHERE lead_id = $1 AND kind <> 'nudge'""",
    """SELECT coalesce(closed_at, created_at), id::text, 'mail', NULL,
              jsonb_build_object('purpose', purpose, 'state', state, 'subject', subject, 'why', withdrawn_why)
         FROM mails WHERE lead_id = $1""",
    """SELECT received_at, id::text, 'letter', NULL,
              jsonb_build_object('kind', kind, 'subject', subject, 'text', left(body, 2000))
         FROM inbound_mails WHERE lead_id = $1 AND kind IN ('automatic', 'accepted')""",
    """SELECT c.at, c.id::text || ':need', 'need', c.by,
              jsonb_build_object('text', c.text, 'state', c.state, 'note', c.note)
         FROM needs n JOIN need_changes c ON c.need_id = n.id WHERE n.customer_id = $1""",
    """SELECT n.created_at, n.product_id || ':never', 'refusal', n.recorded_by,
              jsonb_build_object('product', coalesce(p.name, n.product_id), 'reason', n.reason)
         FROM never_offer n LEFT JOIN products p ON p.id = n.product_id WHERE n.customer_id = $1""",
    """SELECT o.at, o.id::text || ':owner', 'owner', o.by,
              jsonb_build_object('manager', coalesce(m.name, o.account_manager))
         FROM owner_changes o LEFT JOIN account_managers m ON m.id = o.account_manager WHERE o.customer_id = $1""",
    """SELECT e.at, e.id::text || ':edit', 'edit', e.by,
              jsonb_build_object('fields', (SELECT jsonb_agg(key ORDER BY key) FROM jsonb_object_keys(e.changes) key))
         FROM customer_changes e WHERE e.customer_id = $1""",
)
_PAGE = "(SELECT * FROM ({}) part (at, ref, kind, by, facts) WHERE {} ORDER BY at DESC, ref DESC LIMIT $4)"
_BEFORE = "($2::timestamptz IS NULL OR (at, ref) < ($2, $3))"
_STORY = f"""
SELECT s.at, s.ref, s.kind, coalesce(m.name, v.name, s.by) AS by, s.facts
  FROM ({" UNION ALL ".join(_PAGE.format(part, _BEFORE) for part in PARTS)}) s
  LEFT JOIN account_managers m ON m.id = s.by LEFT JOIN supervisors v ON v.person = s.by
 ORDER BY s.at DESC, s.ref DESC LIMIT $4
"""  # noqa: S608 - put together from the constants above


async def page(
    conn: Connection, customer_id: str, *, limit: int, before: tuple[datetime, str] | None
) -> list[StoryEvent]:
    """Events of a customer before a place, the latest first."""
    at, ref = before or (None, None)
    return StoryEvent.of_all(await conn.fetch(_STORY, customer_id, at, ref, limit))
