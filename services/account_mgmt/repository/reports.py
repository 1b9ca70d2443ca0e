"""Figures from the records."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.reports import (
    Breadth,
    Credit,
    CrossSale,
    ManagerFigures,
    MonthlyChurn,
    OpenMoney,
    Overdue,
    Reached,
    Retention,
)
from services.account_mgmt.repository.invoice_sums import open_amount
from services.account_mgmt.repository.open_money import AGE_LIMITS, open_rows
from services.chassis.db import Connection

_AGE = " + ".join(f"(due_at <= (SELECT now() - interval '{limit} days'))::int" for limit in AGE_LIMITS)
# Each count is made by itself and summed up by account manager: put together customer by customer, a quarter of a large
# house took seconds.
_MANAGERS = """
WITH now_theirs AS (
    SELECT account_manager AS id, count(*) AS customers, count(*) FILTER (WHERE state = 'at_risk') AS at_risk
      FROM customers WHERE state NOT IN ('lost', 'cancelled') GROUP BY 1),
gone AS (
    SELECT account_manager AS id, count(*) AS lost FROM customers
     WHERE lost_at >= $1 AND lost_at < $2 AND merged_into IS NULL GROUP BY 1),
reminded AS (
    SELECT c.account_manager AS id, count(*) AS nudges, count(n.order_id) AS orders,
           count(*) FILTER (WHERE n.answered_at <= n.answer_by) AS in_time
      FROM nudges n JOIN customers c ON c.id = n.customer_id WHERE n.opened_at >= $1 AND n.opened_at < $2 GROUP BY 1),
ordered AS (
    SELECT c.account_manager AS id, count(*) AS orders FROM orders o JOIN customers c ON c.id = o.customer_id
     WHERE o.state = 'placed' AND o.placed_at >= $1 AND o.placed_at < $2 GROUP BY 1),
widened AS (
    SELECT c.account_manager AS id, count(*) AS cross_sold
      FROM first_purchases f JOIN customers c ON c.id = f.customer_id
     WHERE f.placed_at >= $1 AND f.placed_at < $2 AND f.placed_at > f.began_at GROUP BY 1)
SELECT m.id AS account_manager, coalesce(t.customers, 0)::int AS customers, coalesce(t.at_risk, 0)::int AS at_risk,
       coalesce(g.lost, 0)::int AS lost, coalesce(r.nudges, 0)::int AS nudges,
       coalesce(r.in_time, 0)::int AS answered_in_time, coalesce(r.orders, 0)::int AS orders_after_nudge,
       coalesce(o.orders, 0)::int AS orders, coalesce(w.cross_sold, 0)::int AS cross_sold
  FROM account_managers m LEFT JOIN now_theirs t USING (id) LEFT JOIN gone g USING (id)
  LEFT JOIN reminded r USING (id) LEFT JOIN ordered o USING (id) LEFT JOIN widened w USING (id)
 ORDER BY m.id
"""


async def managers(conn: Connection, start: datetime, end: datetime) -> list[ManagerFigures]:
    """Per account manager: portfolio now, and nudges and orders of the period."""
    rows = await conn.fetch(_MANAGERS, start, end)
    return ManagerFigures.of_all(rows)


async def overdue_by_manager(conn: Connection) -> list[Overdue]:
    """Overdue money per account manager and currency, the most first."""
    rows = await conn.fetch(
        f"""SELECT account_manager, currency, sum(owed) AS amount FROM {open_rows(by_manager=True)} m
             WHERE due_at < now() GROUP BY 1, 2 HAVING sum(invoices) <> 0 ORDER BY amount DESC"""  # noqa: S608 - constants
    )
    return Overdue.of_all(rows)


async def nudged(conn: Connection, start: datetime, end: datetime, days: int) -> Reached:
    """Nudges of the period, and after how many of them the customer ordered within the days."""
    row = await conn.fetchrow(
        """SELECT (SELECT count(*)::int FROM nudges WHERE opened_at >= $1 AND opened_at < $2) AS customers,
                  (SELECT count(*)::int FROM nudges n
                    WHERE n.opened_at >= $1 AND n.opened_at < $2 AND EXISTS (
                          SELECT 1 FROM orders o WHERE o.customer_id = n.customer_id AND o.state = 'placed'
                             AND o.contract_id IS NULL AND o.placed_at >= n.opened_at
                             AND o.placed_at < n.opened_at + make_interval(days => $3)
                             -- So that the orders of the time can be read once, rather than those of each customer.
                             AND o.placed_at >= $1 AND o.placed_at < $2 + make_interval(days => $3))) AS ordered""",
        start,
        end,
        days,
    )
    return Reached.of(row)


async def held_out(conn: Connection, start: datetime, end: datetime, days: int) -> Reached:
    """Nudges that were held out in the period, and after how many the customer ordered all the same."""
    row = await conn.fetchrow(
        """WITH RECURSIVE gone AS (
               SELECT id, merged_into AS kept FROM customers WHERE merged_into IS NOT NULL
               UNION SELECT g.id, c.merged_into FROM gone g JOIN customers c ON c.id = g.kept
                      WHERE c.merged_into IS NOT NULL)
           SELECT count(*)::int AS customers, count(*) FILTER (WHERE
                   EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = h.customer_id AND o.state = 'placed'
                              AND o.contract_id IS NULL AND o.placed_at >= h.at
                              AND o.placed_at < h.at + make_interval(days => $3))
                   OR EXISTS (SELECT 1 FROM gone g JOIN orders o ON o.customer_id = g.kept
                               WHERE g.id = h.customer_id AND o.state = 'placed' AND o.contract_id IS NULL
                                 AND o.placed_at >= h.at AND o.placed_at < h.at + make_interval(days => $3)))::int
                  AS ordered
             FROM held_out h WHERE h.at >= $1 AND h.at < $2""",
        start,
        end,
        days,
    )
    return Reached.of(row)


async def open_money(conn: Connection) -> list[OpenMoney]:
    """Per currency and age: open invoices and what is open on them."""
    rows = await conn.fetch(
        f"""SELECT currency, CASE WHEN due_at < now() THEN {_AGE} END AS age, sum(invoices)::int AS invoices,
                   sum(owed) AS amount
              FROM {open_rows(AGE_LIMITS)} m GROUP BY 1, 2 HAVING sum(invoices) <> 0 ORDER BY 1, 2"""  # noqa: S608 - constants
    )
    return OpenMoney.of_all(rows)


async def overpaid(conn: Connection) -> list[Credit]:
    """What customers paid too much, per currency."""
    rows = await conn.fetch(
        f"""SELECT currency, -sum({open_amount()}) AS amount FROM invoices i
             WHERE state <> 'open' AND {open_amount()} < 0 GROUP BY 1 ORDER BY 1"""  # noqa: S608 - constants
    )
    return Credit.of_all(rows)


async def churn(conn: Connection, start: datetime, end: datetime, timezone: str) -> list[MonthlyChurn]:
    """Month by month of a time zone: customers when it began, and who of them left in it.

    Each customer is looked at once, whatever the number of months: by the month in which they came and the one in
    which they left, counted by how many months had begun by then.
    """
    rows = await conn.fetch(
        """WITH months AS (
               SELECT m, row_number() OVER (ORDER BY m) AS number
                 FROM generate_series(date_trunc('month', $1::timestamptz AT TIME ZONE $3),
                                      $2::timestamptz AT TIME ZONE $3, interval '1 month') m),
           bounds AS (
               SELECT array_agg(m AT TIME ZONE $3 ORDER BY m) || (max(m) + interval '1 month') AT TIME ZONE $3 AS begun
                 FROM months),
           stays AS MATERIALIZED (
               SELECT width_bucket(c.created_at, b.begun) AS came, width_bucket(c.lost_at, b.begun) AS went,
                      count(*) AS customers
                 FROM customers c CROSS JOIN bounds b WHERE c.state <> 'cancelled' GROUP BY 1, 2)
           SELECT to_char(m, 'YYYY-MM') AS month, coalesce(sum(s.customers), 0)::int AS customers,
                  coalesce(sum(s.customers) FILTER (WHERE s.went = number), 0)::int AS lost
             FROM months LEFT JOIN stays s ON s.came < number AND (s.went IS NULL OR s.went >= number)
            GROUP BY m ORDER BY m""",
        start,
        end,
        timezone,
    )
    return MonthlyChurn.of_all(rows)


async def retention(conn: Connection) -> Retention:
    """How many customers are at risk, and the sum of the retention probabilities."""
    row = await conn.fetchrow(
        """SELECT count(*) FILTER (WHERE c.state = 'at_risk')::int AS at_risk, sum(f.p_alive)::float8 AS expected_alive
             FROM customers c LEFT JOIN forecasts f ON f.customer_id = c.id
            WHERE c.state NOT IN ('lost', 'cancelled')"""
    )
    return Retention.of(row)


async def cross_sold(conn: Connection, start: datetime, end: datetime) -> list[CrossSale]:
    """Products bought for the first time by customers who had bought something before."""
    rows = await conn.fetch(
        """SELECT product_id, currency, count(*)::int AS customers, sum(net) AS net FROM first_purchases
             WHERE placed_at >= $1 AND placed_at < $2 AND placed_at > began_at
             GROUP BY 1, 2 ORDER BY customers DESC, product_id LIMIT 200""",
        start,
        end,
    )
    return CrossSale.of_all(rows)


async def breadth(conn: Connection, start: datetime, end: datetime) -> Breadth:
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
    return Breadth.of(row)
