"""The facts of the customer card, in one query: each part is found in an index of its own.

The policy is read in the same query, not through `policies`: measured for a customer of ten orders, 0.45 ms against
0.60 ms with a query of its own, and the day's list asks for fifty cards at once.
"""

from __future__ import annotations

from services.account_mgmt.domain.card import CardFacts
from services.account_mgmt.repository.invoice_sums import owed
from services.account_mgmt.repository.suggestions import SUGGEST
from services.chassis.db import Connection
from services.chassis.errors import NotFound

LATEST = 100
"""So many of the latest orders tell the rhythm, and so many of the latest invoices how the customer pays."""

_CARD = """
SELECT c.id, c.contact, c.segment, c.state, c.account_manager, c.remind_by,
  (SELECT body FROM policies ORDER BY version DESC LIMIT 1) AS policy,
  (SELECT count(*) FROM orders o WHERE o.customer_id = c.id AND o.state = 'placed' AND o.contract_id IS NULL) AS orders,
  (SELECT coalesce(array_agg(t.placed_at ORDER BY t.placed_at), '{}')
     FROM (SELECT placed_at FROM orders o WHERE o.customer_id = c.id AND o.state = 'placed' AND o.contract_id IS NULL
            ORDER BY placed_at DESC LIMIT $2) t) AS placed,
  (SELECT coalesce(jsonb_agg(b), '[]') FROM (
     SELECT l.product_id, l.description, sum(l.quantity) AS quantity, count(DISTINCT o.id) AS times,
            max(o.placed_at) AS last_at
       FROM orders o JOIN order_lines l ON l.order_id = o.id
      WHERE o.customer_id = c.id AND o.state = 'placed' AND o.contract_id IS NULL
      GROUP BY 1, 2 ORDER BY times DESC, l.description LIMIT 20) b) AS bought,
  (SELECT to_jsonb(f) FROM forecasts f WHERE f.customer_id = c.id) AS forecast,
  (SELECT coalesce(jsonb_agg(n.text), '[]') FROM (
     SELECT text FROM needs WHERE customer_id = c.id AND state = 'open'
      ORDER BY created_at DESC, id DESC LIMIT 5) n) AS needs,
  (SELECT coalesce(jsonb_agg(p), '[]') FROM (
     SELECT id, name, role, phones, email, language, note FROM people WHERE customer_id = c.id
      ORDER BY created_at, id LIMIT 20) p) AS people,
  (SELECT coalesce(jsonb_agg(r.product_id ORDER BY r.product_id), '[]')
     FROM never_offer r WHERE r.customer_id = c.id) AS never_offer,
  (SELECT to_jsonb(h) FROM (
     SELECT count(*) AS invoices, avg(extract(epoch FROM s.paid_at - s.issued_at) / 86400)::float8 AS days,
            avg((s.paid_at <= s.due_at)::int)::float8 AS on_time
       FROM (SELECT i.issued_at, i.due_at,
                    (SELECT max(y.paid_at) FROM payments y
                      WHERE y.invoice_id = i.id AND y.reversed_at IS NULL) AS paid_at
               FROM invoices i WHERE i.customer_id = c.id AND i.state = 'paid'
              ORDER BY i.issued_at DESC LIMIT $2) s WHERE s.paid_at IS NOT NULL) h) AS habit,
  (SELECT coalesce(jsonb_agg(i), '[]') FROM (
     SELECT id, number, due_at, total::text, currency, __OWED__::text AS open, due_at < now() AS overdue,
            collected_at IS NOT NULL OR coalesce(paused_until > now(), false) AS rests
       FROM invoices o WHERE customer_id = c.id AND state = 'open' ORDER BY due_at, id LIMIT 20) i) AS owed,
  (SELECT coalesce(jsonb_agg(w), '[]') FROM (
     SELECT kind, payload FROM work_items WHERE lead_id = c.id AND state IN ('open', 'leased')
      ORDER BY priority DESC, opened_at LIMIT 10) w) AS work,
  (SELECT coalesce(jsonb_agg(s), '[]') FROM (__SUGGESTIONS__) s) AS offer
  FROM customers c WHERE c.id = $1
""".replace("__SUGGESTIONS__", SUGGEST).replace("__OWED__", owed("o"))


async def read(conn: Connection, customer_id: str) -> CardFacts:
    """Everything of the card as it is written. Raises NotFound."""
    row = await conn.fetchrow(_CARD, customer_id, LATEST)
    if row is None:
        raise NotFound(f"There is no customer {customer_id}")
    return CardFacts.of(row)
