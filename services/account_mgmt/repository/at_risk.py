"""Customers at risk, with what says so. They are found by their state; the rest is read for a page of them."""

from __future__ import annotations

from decimal import Decimal

from services.account_mgmt.domain.at_risk import AtRisk
from services.account_mgmt.repository.invoice_sums import owed
from services.chassis.db import Connection

_ROWS = f"""
WITH page AS (
    SELECT c.id, c.contact, c.account_manager, c.last_nudge_at, coalesce(f.order_value, 0) AS worth,
           f.p_alive, f.expected_high
      FROM customers c LEFT JOIN forecasts f ON f.customer_id = c.id
     WHERE c.state = 'at_risk' AND c.merged_into IS NULL
       AND ($2 = '' OR c.account_manager = $2)
       AND ($3::numeric IS NULL OR (coalesce(f.order_value, 0), c.id) < ($3, $4::uuid))
     ORDER BY coalesce(f.order_value, 0) DESC, c.id DESC LIMIT $1)
SELECT p.id AS customer_id, p.contact->>'company' AS company, p.contact->>'city' AS city, p.account_manager,
       m.name AS manager, p.worth, o.currency, p.p_alive, p.expected_high, coalesce(o.placed, '{{}}') AS placed,
       w.id AS item_id, w.kind AS concern, coalesce(w.payload->>'note', w.payload->>'text') AS note,
       w.opened_at AS since, n.outcome AS said, n.answered_at AS said_at,
       coalesce(a.name, s.name, n.answered_by) AS said_to, p.last_nudge_at AS reminded_at,
       EXISTS (SELECT 1 FROM work_items x WHERE x.lead_id = p.id AND x.kind = 'nudge'
                  AND x.state IN ('open', 'leased')) AS is_reminded,
       v.overdue, v.currency AS overdue_currency
  FROM page p LEFT JOIN account_managers m ON m.id = p.account_manager
  LEFT JOIN LATERAL (
       SELECT array_agg(l.placed_at ORDER BY l.placed_at) AS placed,
              (array_agg(l.currency ORDER BY l.placed_at DESC))[1] AS currency
         FROM (SELECT placed_at, currency FROM orders
                WHERE customer_id = p.id AND state = 'placed' AND contract_id IS NULL
                ORDER BY placed_at DESC LIMIT 12) l) o ON true
  LEFT JOIN LATERAL (
       SELECT id, kind, payload, opened_at FROM work_items
        WHERE lead_id = p.id AND state IN ('open', 'leased') AND kind IN ('complaint', 'risk')
        ORDER BY kind, opened_at LIMIT 1) w ON true
  LEFT JOIN LATERAL (
       SELECT outcome, answered_at, answered_by FROM nudges
        WHERE customer_id = p.id AND answered_at IS NOT NULL ORDER BY opened_at DESC LIMIT 1) n ON true
  LEFT JOIN account_managers a ON a.id = n.answered_by LEFT JOIN supervisors s ON s.person = n.answered_by
  LEFT JOIN LATERAL (
       SELECT sum({owed()}) AS overdue, currency FROM invoices i
        WHERE customer_id = p.id AND state = 'open' AND due_at < now()
        GROUP BY currency ORDER BY min(due_at) LIMIT 1) v ON true
 ORDER BY p.worth DESC, p.id DESC
"""  # noqa: S608 - constants


async def page(conn: Connection, owner: str, *, limit: int, after: tuple[Decimal, str] | None) -> list[AtRisk]:
    """Those of one account manager, or (empty) of everybody, the most valuable first, behind a place."""
    return AtRisk.of_all(await conn.fetch(_ROWS, limit, owner, *(after or (None, None))))
