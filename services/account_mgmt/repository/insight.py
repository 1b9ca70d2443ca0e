"""Nudges, suggestions, and figures."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from services.account_mgmt.schemas import ManagerReport, NudgeView, Purchase, Suggestion
from services.chassis.db import Connection
from services.chassis.errors import NotFound
from workflows.contracts.base import Money

MIN_SUPPORT = 2
Cursor = tuple[datetime, str] | None

_NUDGE = """
SELECT n.*, w.state, c.account_manager, coalesce(f.expected_value, 0) AS expected_value, f.p_buys FROM nudges n
  JOIN work_items w ON w.id = n.item_id JOIN customers c ON c.id = n.customer_id
  LEFT JOIN forecasts f ON f.customer_id = n.customer_id
"""


async def add_nudge(conn: Connection, item_id: str, customer_id: str, number: int, answer_by: datetime) -> None:
    """Write a nudge that was opened as work."""
    await conn.execute(
        "INSERT INTO nudges (item_id, customer_id, number, answer_by) VALUES ($1, $2, $3, $4)",
        item_id,
        customer_id,
        number,
        answer_by,
    )


async def nudge(conn: Connection, item_id: str) -> NudgeView:
    """One nudge. Raises NotFound."""
    row = await conn.fetchrow(f"{_NUDGE} WHERE n.item_id = $1", item_id)
    if row is None:
        raise NotFound(f"There is no nudge {item_id}")
    return NudgeView.model_validate(dict(row))


async def nudges(
    conn: Connection, *, state: str | None, manager: str | None, limit: int, after: tuple[Decimal, str] | None
) -> list[NudgeView]:
    """A page of nudges, those of which most is expected first. `manager` also sees those that nobody has."""
    rows = await conn.fetch(
        f"""{_NUDGE} WHERE ($1::text IS NULL OR w.state = $1)
              AND ($2::text IS NULL OR w.assignee IS NULL OR w.assignee = $2)
              AND ($3::numeric IS NULL OR (-coalesce(f.expected_value, 0), n.item_id) > (-$3::numeric, $4::uuid))
            ORDER BY -coalesce(f.expected_value, 0), n.item_id LIMIT $5""",
        state,
        manager,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [NudgeView.model_validate(dict(row)) for row in rows]


async def answer_nudge(
    conn: Connection, item_id: str, outcome: str, order_id: str | None, note: str | None, by: str
) -> datetime:
    """Record what came of it; returns the time."""
    at: datetime = await conn.fetchval(
        """UPDATE nudges SET outcome = $2, order_id = $3, note = $4, answered_by = $5, answered_at = now()
            WHERE item_id = $1 RETURNING answered_at""",
        item_id,
        outcome,
        order_id,
        note,
        by,
    )
    return at


async def purchases(conn: Connection, customer_id: str) -> list[Purchase]:
    """What a customer bought, most often first."""
    rows = await conn.fetch(
        """SELECT l.product_id, l.description, sum(l.quantity) AS quantity, count(DISTINCT o.id) AS times
             FROM orders o JOIN order_lines l ON l.order_id = o.id
            WHERE o.customer_id = $1 AND o.state = 'placed'
            GROUP BY l.product_id, l.description ORDER BY times DESC, l.description LIMIT 20""",
        customer_id,
    )
    return [Purchase.model_validate(dict(row)) for row in rows]


_SUGGEST = """
WITH bought AS (
    SELECT DISTINCT o.customer_id, l.product_id FROM orders o JOIN order_lines l ON l.order_id = o.id
     WHERE o.state = 'placed' AND l.product_id IS NOT NULL),
mine AS (SELECT product_id FROM bought WHERE customer_id = $1),
buyers AS (SELECT count(DISTINCT customer_id)::float8 AS all_of_them FROM bought),
alike AS (SELECT DISTINCT customer_id FROM bought WHERE product_id IN (SELECT product_id FROM mine)
             AND customer_id <> $1)
SELECT b.product_id, p.name, count(*) AS support,
       count(*) / (SELECT greatest(count(*), 1)::float8 FROM alike) AS confidence,
       (count(*) / (SELECT greatest(count(*), 1)::float8 FROM alike))
         / ((SELECT count(*) FROM bought x WHERE x.product_id = b.product_id) / (SELECT all_of_them FROM buyers))
           AS lift
  FROM bought b JOIN alike a ON a.customer_id = b.customer_id JOIN products p ON p.id = b.product_id
 WHERE b.product_id NOT IN (SELECT product_id FROM mine)
   AND b.product_id NOT IN (SELECT product_id FROM never_offer WHERE customer_id = $1)
 GROUP BY b.product_id, p.name HAVING count(*) >= $2
 ORDER BY lift DESC, support DESC, b.product_id LIMIT 5
"""


async def suggestions(conn: Connection, customer_id: str) -> list[Suggestion]:
    """Other products, by what customers with the same products bought too.

    Support, confidence and lift as in Agrawal, Imielinski, Swami 1993; a pair seen once is no evidence.
    """
    rows = await conn.fetch(_SUGGEST, customer_id, MIN_SUPPORT)
    return [Suggestion.model_validate(dict(row)) for row in rows]


async def never_offered(conn: Connection, customer_id: str) -> list[str]:
    """Products this customer never wants to hear of again."""
    rows = await conn.fetch(
        "SELECT product_id FROM never_offer WHERE customer_id = $1 ORDER BY product_id", customer_id
    )
    return [row["product_id"] for row in rows]


async def managers(conn: Connection) -> list[ManagerReport]:
    """Per account manager: portfolio, nudges, orders after a nudge, overdue money."""
    rows = await conn.fetch(
        """SELECT m.id AS account_manager,
                  count(DISTINCT c.id) FILTER (WHERE c.state NOT IN ('lost', 'cancelled')) AS customers,
                  coalesce(sum(n.nudges), 0)::int AS nudges,
                  coalesce(sum(n.in_time), 0)::int AS answered_in_time,
                  coalesce(sum(n.orders), 0)::int AS orders_after_nudge,
                  coalesce(sum(i.overdue), 0)::numeric(16,2) AS overdue, max(i.currency) AS currency
             FROM account_managers m LEFT JOIN customers c ON c.account_manager = m.id
             LEFT JOIN LATERAL (SELECT count(*) AS nudges, count(*) FILTER (WHERE answered_at <= answer_by) AS in_time,
                                       count(order_id) AS orders FROM nudges WHERE customer_id = c.id) n ON true
             LEFT JOIN LATERAL (SELECT sum(total - paid - credited) AS overdue, max(currency) AS currency FROM invoices
                                 WHERE customer_id = c.id AND state = 'open' AND due_at < now()) i ON true
            GROUP BY m.id ORDER BY m.id"""
    )
    return [_report(row) for row in rows]


def _report(row: Any) -> ManagerReport:
    overdue = Money(amount=row["overdue"], currency=row["currency"] or "UAH")
    return ManagerReport.model_validate({**dict(row), "overdue": overdue})
