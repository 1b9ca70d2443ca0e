"""Figures from the records."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection

Rows = list[dict[str, Any]]


async def managers(conn: Connection, start: datetime, end: datetime) -> Rows:
    """Per account manager: portfolio now, and nudges and orders of the period."""
    return _dicts(
        await conn.fetch(
            """SELECT m.id AS account_manager,
                  count(c.id) FILTER (WHERE c.state NOT IN ('lost', 'cancelled'))::int AS customers,
                  count(c.id) FILTER (WHERE c.state = 'at_risk')::int AS at_risk,
                  count(c.id) FILTER (WHERE c.lost_at >= $1 AND c.lost_at < $2)::int AS lost,
                  coalesce(sum(n.nudges), 0)::int AS nudges, coalesce(sum(n.in_time), 0)::int AS answered_in_time,
                  coalesce(sum(n.orders), 0)::int AS orders_after_nudge,
                  coalesce(sum(o.orders), 0)::int AS orders, coalesce(sum(x.cross_sold), 0)::int AS cross_sold
             FROM account_managers m LEFT JOIN customers c ON c.account_manager = m.id
             LEFT JOIN (SELECT customer_id, count(*) AS nudges, count(order_id) AS orders,
                               count(*) FILTER (WHERE answered_at <= answer_by) AS in_time
                          FROM nudges WHERE opened_at >= $1 AND opened_at < $2 GROUP BY 1) n ON n.customer_id = c.id
             LEFT JOIN (SELECT customer_id, count(*) AS orders FROM orders
                         WHERE state = 'placed' AND placed_at >= $1 AND placed_at < $2 GROUP BY 1) o
                    ON o.customer_id = c.id
             LEFT JOIN (SELECT customer_id, count(*) AS cross_sold FROM first_purchases
                         WHERE placed_at >= $1 AND placed_at < $2 AND placed_at > began_at GROUP BY 1) x
                    ON x.customer_id = c.id
            GROUP BY m.id ORDER BY m.id""",
            start,
            end,
        )
    )


async def overdue_by_manager(conn: Connection) -> Rows:
    """Overdue money per account manager and currency, the most first."""
    return _dicts(
        await conn.fetch(
            """SELECT c.account_manager, i.currency, sum(i.total - i.paid - i.credited) AS amount
                 FROM invoices i JOIN customers c ON c.id = i.customer_id
                WHERE i.state = 'open' AND i.due_at < now() GROUP BY 1, 2 ORDER BY amount DESC"""
        )
    )


async def ordered_within(conn: Connection, table: str, at: str, start: datetime, end: datetime, days: int) -> Rows:
    """Of the rows of `table` whose time `at` lies in the period: how many customers ordered within the days."""
    return _dicts(
        await conn.fetch(
            f"""SELECT count(*)::int AS customers, count(*) FILTER (WHERE EXISTS (
                   SELECT 1 FROM orders o WHERE o.customer_id = t.customer_id AND o.state = 'placed'
                      AND o.placed_at >= t.{at} AND o.placed_at < t.{at} + make_interval(days => $3)))::int AS ordered
                 FROM {table} t WHERE t.{at} >= $1 AND t.{at} < $2""",
            start,
            end,
            days,
        )
    )


async def money(conn: Connection) -> Rows:
    """Per currency and age: open invoices and what is open on them. `age` is days overdue, none if not yet due."""
    return _dicts(
        await conn.fetch(
            """SELECT currency, CASE WHEN due_at >= now() THEN NULL ELSE width_bucket(
                        extract(epoch FROM now() - due_at) / 86400, ARRAY[0, 31, 61, 91]) END AS age,
                      count(*)::int AS invoices, sum(total - paid - credited) AS amount
                 FROM invoices WHERE state = 'open' GROUP BY 1, 2 ORDER BY 1, 2"""
        )
    )


async def credit(conn: Connection) -> Rows:
    """What customers paid too much, per currency."""
    return _dicts(
        await conn.fetch(
            """SELECT currency, sum(paid - refunded + credited - total) AS amount FROM invoices
                WHERE state = 'paid' AND paid - refunded + credited > total GROUP BY 1 ORDER BY 1"""
        )
    )


async def churn(conn: Connection, start: datetime, end: datetime) -> Rows:
    """Month by month (UTC): customers when it began, and who of them left in it."""
    return _dicts(
        await conn.fetch(
            """SELECT to_char(m, 'YYYY-MM') AS month, count(c.id)::int AS customers,
                      count(c.id) FILTER (WHERE c.lost_at < m + interval '1 month')::int AS lost
                 FROM generate_series(date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',
                                      $2, interval '1 month') m
                 LEFT JOIN customers c ON c.created_at < m AND (c.lost_at IS NULL OR c.lost_at >= m)
                  AND c.state <> 'cancelled'
                GROUP BY m ORDER BY m LIMIT 60""",
            start,
            end,
        )
    )


async def alive(conn: Connection) -> dict[str, Any]:
    """How many customers are at risk, and the sum of the chances to be there."""
    row = await conn.fetchrow(
        """SELECT count(*) FILTER (WHERE c.state = 'at_risk')::int AS at_risk, sum(f.p_alive)::float8 AS expected_alive
             FROM customers c LEFT JOIN forecasts f ON f.customer_id = c.id
            WHERE c.state NOT IN ('lost', 'cancelled')"""
    )
    return dict(row or {})


async def cross_sold(conn: Connection, start: datetime, end: datetime) -> Rows:
    """Products bought for the first time by customers who had bought something before."""
    return _dicts(
        await conn.fetch(
            """SELECT product_id, currency, count(*)::int AS customers, sum(net) AS net FROM first_purchases
                 WHERE placed_at >= $1 AND placed_at < $2 AND placed_at > began_at
                 GROUP BY 1, 2 ORDER BY customers DESC, product_id LIMIT 200""",
            start,
            end,
        )
    )


async def breadth(conn: Connection, start: datetime, end: datetime) -> dict[str, Any]:
    """Customers with orders in the period, and how many of them have bought more than one product so far."""
    row = await conn.fetchrow(
        """SELECT count(*)::int AS customers, count(*) FILTER (WHERE products > 1)::int AS with_more_than_one
             FROM (SELECT c.customer_id, (SELECT count(*) FROM first_purchases f
                                           WHERE f.customer_id = c.customer_id) AS products
                     FROM (SELECT DISTINCT customer_id FROM orders
                            WHERE state = 'placed' AND placed_at >= $1 AND placed_at < $2) c) counted""",
        start,
        end,
    )
    return dict(row or {})


def _dicts(rows: Any) -> Rows:
    return [dict(row) for row in rows]
