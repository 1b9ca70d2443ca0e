"""Customers at risk, with what says so. They are found by their state; the rest is read for a page of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.account_mgmt.domain.at_risk import AtRisk
from services.account_mgmt.repository.invoice_sums import owed
from services.chassis.db import Connection

# Those of whom it is known what they order, by an index of that, and after all of them the others.
_VALUABLE = """
    SELECT c.id, c.contact, c.account_manager, c.last_nudge_at, f.order_value AS worth, f.p_alive, f.expected_high
      FROM forecasts f JOIN customers c ON c.id = f.customer_id
     WHERE f.order_value > 0 AND c.state = 'at_risk' AND c.merged_into IS NULL{more}
     ORDER BY f.order_value DESC, f.customer_id DESC LIMIT $1
"""
_OTHERS = """
    SELECT c.id, c.contact, c.account_manager, c.last_nudge_at, 0.00 AS worth, f.p_alive, f.expected_high
      FROM customers c LEFT JOIN forecasts f ON f.customer_id = c.id
     WHERE coalesce(f.order_value, 0) <= 0 AND c.state = 'at_risk' AND c.merged_into IS NULL{more}
     ORDER BY c.id DESC LIMIT $1
"""
_ROWS = f"""
WITH page AS ({{page}})
SELECT p.id AS customer_id, p.contact->>'company' AS company, p.contact->>'city' AS city, p.account_manager,
       m.name AS manager, p.worth, o.currency, p.p_alive, p.expected_high, coalesce(o.placed, '{{{{}}}}') AS placed,
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
    found: list[AtRisk] = []
    if after is None or after[0] > 0:
        found = await _page(conn, _VALUABLE, owner, limit, "(f.order_value, f.customer_id) < ({}, {}::uuid)", after)
    if len(found) < limit:
        last = None if after is None or after[0] > 0 else (after[1],)
        found += await _page(conn, _OTHERS, owner, limit - len(found), "c.id < {}::uuid", last)
    return found


async def _page(
    conn: Connection, page: str, owner: str, limit: int, behind: str, after: tuple[Any, ...] | None
) -> list[AtRisk]:
    """Only what is asked for is in the text, so that each question has its own plan."""
    values: list[Any] = [limit]
    more = ""
    for part, given in (("c.account_manager = {}", (owner,) if owner else ()), (behind, after or ())):
        if given:
            more += " AND " + part.format(*(f"${len(values) + number}" for number in range(1, len(given) + 1)))
            values += given
    return AtRisk.of_all(await conn.fetch(_ROWS.format(page=page.format(more=more)), *values))
