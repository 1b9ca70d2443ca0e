"""What the desk shows of one customer besides the card, in one query."""

from __future__ import annotations

from services.account_mgmt.domain.customer_desk import CustomerFacts
from services.chassis.db import Connection
from services.chassis.errors import NotFound

_MOST_ORDERS = 24
_FACTS = """
SELECT c.created_at, c.next_nudge_at, c.last_nudge_at, m.name AS manager, c.billing, c.no_calls_since,
  c.contact->>'tax_id' AS tax_id,
  (SELECT min(placed_at) FROM orders WHERE customer_id = c.id AND state = 'placed') AS first_at,
  (SELECT coalesce(jsonb_agg(o ORDER BY o.placed_at), '[]') FROM (
     SELECT id, number, placed_at, total::text, currency FROM orders
      WHERE customer_id = c.id AND state = 'placed' AND contract_id IS NULL
      ORDER BY placed_at DESC LIMIT $2) o) AS orders,
  (SELECT coalesce(jsonb_agg(l ORDER BY l.position), '[]') FROM (
     SELECT position, product_id, description, quantity::text, unit_price::text, tax_percent::text,
             discount_percent::text, unit,
             coalesce((SELECT p.active FROM products p WHERE p.id = product_id), true) AS active FROM order_lines
      WHERE order_id = (SELECT id FROM orders WHERE customer_id = c.id AND state = 'placed' AND contract_id IS NULL
                         ORDER BY placed_at DESC LIMIT 1)) l) AS last_lines,
  (SELECT coalesce(jsonb_agg(r ORDER BY r.at DESC), '[]') FROM (
     SELECT n.product_id, coalesce(p.name, n.product_id) AS name, n.reason,
            coalesce(a.name, v.name, n.recorded_by) AS by, n.created_at AS at
       FROM never_offer n LEFT JOIN products p ON p.id = n.product_id
       LEFT JOIN account_managers a ON a.id = n.recorded_by
       LEFT JOIN supervisors v ON v.person = n.recorded_by
      WHERE n.customer_id = c.id ORDER BY n.created_at DESC LIMIT 20) r) AS refused,
  (SELECT coalesce(jsonb_agg(w ORDER BY w.priority DESC, w.opened_at), '[]') FROM (
     SELECT id, kind, payload, opened_at, assignee, priority FROM work_items
      WHERE lead_id = c.id AND state IN ('open', 'leased') ORDER BY priority DESC, opened_at LIMIT 10) w) AS tasks
  FROM customers c LEFT JOIN account_managers m ON m.id = c.account_manager WHERE c.id = $1
"""


async def facts(conn: Connection, customer_id: str) -> CustomerFacts:
    """Orders, refusals and open work, as they are written. Raises NotFound."""
    row = await conn.fetchrow(_FACTS, customer_id, _MOST_ORDERS)
    if row is None:
        raise NotFound(f"There is no customer {customer_id}")
    return CustomerFacts.of(row)
