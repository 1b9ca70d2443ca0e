"""One account manager's contacts on a calendar."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.touches import Touch
from services.chassis.db import Connection

# Each part is found in an index by person and time; invoices by the customers of this person, in one walk.
_TOUCHES = """
SELECT t.* FROM (
  (SELECT c.next_nudge_at AS at, 'nudge' AS kind, '' AS detail, true AS ahead, c.id AS customer_id,
          c.contact->>'company' AS company
     FROM customers c WHERE c.account_manager = $1 AND c.next_nudge_at >= $2 AND c.next_nudge_at < $3
    ORDER BY c.next_nudge_at LIMIT $4)
  UNION ALL
  (SELECT n.answered_at, 'answer', replace(n.outcome, '_', ' '), false, n.customer_id, c.contact->>'company'
     FROM nudges n JOIN customers c ON c.id = n.customer_id
    WHERE n.answered_by = $1 AND n.answered_at >= $2 AND n.answered_at < $3 ORDER BY n.answered_at LIMIT $4)
  UNION ALL
  (SELECT i.due_at, 'invoice_due', i.number, i.due_at > now(), i.customer_id, c.contact->>'company'
     FROM invoices i JOIN customers c ON c.id = i.customer_id
    WHERE i.state = 'open' AND i.due_at >= $2 AND i.due_at < $3
      AND i.customer_id = ANY (ARRAY(SELECT id FROM customers WHERE account_manager = $1))
    ORDER BY i.due_at LIMIT $4)) t
 ORDER BY t.at, t.company
"""


async def touches(conn: Connection, person: str, begin: datetime, end: datetime, limit: int) -> list[Touch]:
    """Reminders to come, answers that were given, and invoices that fall due, at most `limit` of each."""
    return Touch.of_all(await conn.fetch(_TOUCHES, person, begin, end, limit))
