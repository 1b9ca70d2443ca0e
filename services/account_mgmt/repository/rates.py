"""What a plan asks of customers and orders."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.rates import Purchases
from services.chassis.db import Connection

MOST_ORDERS = 1000


async def people(conn: Connection, start: datetime, end: datetime) -> int:
    """How many account managers answered a reminder."""
    found: int = await conn.fetchval(
        """SELECT count(*) FROM account_managers
            WHERE id IN (SELECT answered_by FROM nudges WHERE answered_at >= $1 AND answered_at < $2)""",
        start,
        end,
    )
    return found


async def customers(conn: Connection) -> int:
    """How many customers the house has."""
    found: int = await conn.fetchval("SELECT count(*) FROM customers WHERE state NOT IN ('lost', 'cancelled')")
    return found


async def purchases(conn: Connection, start: datetime, end: datetime) -> Purchases:
    """What orders come to. Those that a contract placed follow no customer's rhythm, and stay out of the gaps."""
    row = await conn.fetchrow(
        """WITH sums AS (
               SELECT currency, count(*)::int AS orders, avg(total - tax)::float8 AS order_value FROM orders
                WHERE state = 'placed' AND placed_at >= $1 AND placed_at < $2
                GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1),
           latest AS (
               SELECT customer_id, placed_at FROM orders
                WHERE state = 'placed' AND contract_id IS NULL AND placed_at >= $1 AND placed_at < $2
                ORDER BY placed_at DESC LIMIT $3),
           apart AS (
               SELECT extract(epoch FROM l.placed_at - before.placed_at)::float8 / 86400 AS days FROM latest l
                CROSS JOIN LATERAL (SELECT placed_at FROM orders o
                                     WHERE o.customer_id = l.customer_id AND o.state = 'placed'
                                       AND o.contract_id IS NULL AND o.placed_at < l.placed_at
                                     ORDER BY placed_at DESC LIMIT 1) before)
           SELECT coalesce((SELECT orders FROM sums), 0) AS orders, (SELECT currency FROM sums) AS currency,
                  (SELECT order_value FROM sums) AS order_value, count(*)::int AS gaps,
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS cycle_days FROM apart""",
        start,
        end,
        MOST_ORDERS,
    )
    return Purchases.of(row)
