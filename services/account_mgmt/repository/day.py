"""An account manager's day, in one query each: the list, the figures, what was done.

The list is found in the index of open work by assignee; rhythm and worth are read for those who are shown only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.account_mgmt.domain.day import Bar, DoneToday, DueCustomer
from services.account_mgmt.domain.duty import BREAK
from services.account_mgmt.repository.work import acts_for
from services.chassis.db import Connection

MOST = 60
"""So many of a day's customers are shown: more than anybody reaches."""
_MOST_ITEMS = 1_000
# Work that lies with nobody is shown to those who may act for the customer, as `ownership.may_act_for` has it; the most
# urgent of it, if there is very much.
_ITEMS = f"""
(SELECT id, lead_id, kind, payload, priority, opened_at FROM work_items
  WHERE state IN ('open', 'leased') AND assignee = $1 AND kind = ANY($2) LIMIT $3)
UNION ALL
(SELECT w.id, w.lead_id, w.kind, w.payload, w.priority, w.opened_at
   FROM work_items w JOIN customers c ON c.id = w.lead_id
  WHERE w.state = 'open' AND w.assignee IS NULL AND w.kind = ANY($2) AND {acts_for("$1", "$4")}
  ORDER BY w.priority DESC, w.opened_at LIMIT $3)
"""  # noqa: S608 - put together from a constant
_LIST = f"""
WITH items AS ({_ITEMS}),
work AS (
    SELECT DISTINCT ON (i.lead_id) i.*, p.promised,
           CASE WHEN i.kind = 'complaint' THEN 0 WHEN i.kind = 'inbound' THEN 1
                WHEN p.promised THEN 2 ELSE 3 END AS turn
      FROM items i CROSS JOIN LATERAL (
           SELECT i.kind = 'nudge' AND coalesce((
               SELECT n.outcome = 'later' FROM nudges n WHERE n.customer_id = i.lead_id AND n.answered_at IS NOT NULL
                ORDER BY n.opened_at DESC LIMIT 1), false) AS promised) p
     ORDER BY i.lead_id, turn, i.priority DESC, i.opened_at),
shown AS (
    SELECT w.*, c.contact->>'company' AS company, c.state, c.account_manager, f.p_buys, f.order_value, f.expected_value
      FROM work w JOIN customers c ON c.id = w.lead_id LEFT JOIN forecasts f ON f.customer_id = w.lead_id
     ORDER BY w.turn, f.expected_value DESC NULLS LAST, w.lead_id LIMIT $5)
SELECT s.lead_id AS customer_id, s.id AS item_id, s.kind, s.payload, s.opened_at, s.promised, s.company, s.state,
       s.account_manager, s.p_buys, s.order_value, o.orders, o.placed, o.currency, v.due_at AS overdue_since
  FROM shown s
 CROSS JOIN LATERAL (
       SELECT count(*) AS orders, coalesce(array_agg(l.placed_at ORDER BY l.placed_at), '{{}}') AS placed,
              (array_agg(l.currency ORDER BY l.placed_at DESC))[1] AS currency
         FROM (SELECT placed_at, currency FROM orders
                WHERE customer_id = s.lead_id AND state = 'placed' AND contract_id IS NULL
                ORDER BY placed_at DESC LIMIT 12) l) o
  LEFT JOIN LATERAL (
       SELECT due_at FROM invoices WHERE customer_id = s.lead_id AND state = 'open' AND due_at < now()
          AND collected_at IS NULL AND coalesce(paused_until, now()) <= now() ORDER BY due_at LIMIT 1) v ON true
 ORDER BY s.turn, s.expected_value DESC NULLS LAST, s.lead_id
"""  # noqa: S608 - put together from the constant above
_BAR = f"""
SELECT m.name, m.active,
       (SELECT count(DISTINCT lead_id) FROM ({_ITEMS}) w) AS to_go,
       (SELECT coalesce(jsonb_object_agg(outcome, times), '{{}}') FROM (
          SELECT outcome, count(*) AS times FROM nudges
           WHERE answered_by = $1 AND answered_at >= $5 GROUP BY outcome) d) AS done,
       (SELECT coalesce(jsonb_agg(s ORDER BY s.currency), '[]') FROM (
          SELECT currency, sum(total)::text AS amount FROM orders
           WHERE state = 'placed' AND placed_at >= $5 AND placed_by = $1 GROUP BY currency) s) AS ordered,
       a.ends_at AS away_until, coalesce(a.reason = $6 AND a.created_by = $1, false) AS on_break,
       coalesce(k.name, a.cover) AS cover
  FROM (VALUES (1)) one LEFT JOIN account_managers m ON m.id = $1
  LEFT JOIN absences a ON a.manager = $1 AND a.during @> $7::timestamptz
  LEFT JOIN account_managers k ON k.id = a.cover
"""  # noqa: S608 - put together from the constant above


async def due(conn: Connection, person: str, kinds: Sequence[str], *, everybodys: bool) -> list[DueCustomer]:
    """Whom to turn to: complaints, calls and promises first, then by the money that is expected; at most `MOST`.

    `everybodys`: whatever lies with nobody is theirs, not only what is of their own customers and those they cover.
    """
    return DueCustomer.of_all(await conn.fetch(_LIST, person, list(kinds), _MOST_ITEMS, everybodys, MOST))


async def bar(
    conn: Connection, person: str, kinds: Sequence[str], since: datetime, at: datetime, *, everybodys: bool
) -> Bar:
    """Figures of this person's day, which began at `since`, and whether they are away at `at`.

    What is to do is counted as `due` lists it.
    """
    return Bar.of(await conn.fetchrow(_BAR, person, list(kinds), _MOST_ITEMS, everybodys, since, BREAK, at))


async def next_due(conn: Connection, person: str) -> tuple[datetime, str] | None:
    """When the next customer of this person's is to be reminded, and who that is; none if nobody is."""
    row = await conn.fetchrow(
        """SELECT next_nudge_at, contact->>'company' AS company FROM customers
            WHERE account_manager = $1 AND next_nudge_at IS NOT NULL ORDER BY next_nudge_at LIMIT 1""",
        person,
    )
    return (row["next_nudge_at"], row["company"]) if row else None


async def done(conn: Connection, person: str, since: datetime, limit: int) -> list[DoneToday]:
    """Reminders that this person answered since then, the latest first."""
    rows = await conn.fetch(
        """SELECT n.customer_id, c.contact->>'company' AS company, n.outcome, n.note, n.answered_at,
                  o.number AS order_number, o.total AS order_total, o.currency
             FROM nudges n JOIN customers c ON c.id = n.customer_id LEFT JOIN orders o ON o.id = n.order_id
            WHERE n.answered_by = $1 AND n.answered_at >= $2 ORDER BY n.answered_at DESC LIMIT $3""",
        person,
        since,
        limit,
    )
    return DoneToday.of_all(rows)
