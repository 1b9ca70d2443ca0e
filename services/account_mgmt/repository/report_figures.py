"""Figures of the reports' pages beside those of `/v1/reports`: outcomes, orders, survival, cross-selling."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.report_records import (
    MONTHS,
    LateMoney,
    OrdersIn,
    OrdersOf,
    OutcomeCount,
    Survival,
    Taken,
)
from services.account_mgmt.repository.open_money import AGE_LIMITS, open_rows
from services.account_mgmt.repository.report_records import AGE
from services.chassis.db import Connection


async def outcomes(conn: Connection, start: datetime, end: datetime) -> list[OutcomeCount]:
    """How the nudges of the time ended, the most frequent first."""
    rows = await conn.fetch(
        """SELECT coalesce(outcome, 'unanswered') AS outcome, count(*)::int AS nudges FROM nudges
            WHERE opened_at >= $1 AND opened_at < $2 GROUP BY 1 ORDER BY 2 DESC, 1""",
        start,
        end,
    )
    return OutcomeCount.of_all(rows)


async def orders_by_source(conn: Connection, start: datetime, end: datetime) -> list[OrdersOf]:
    """Orders of the time, before tax, by where they came from."""
    rows = await conn.fetch(
        """SELECT source, currency, count(*)::int AS orders, sum(total - tax) AS net FROM orders
            WHERE state = 'placed' AND placed_at >= $1 AND placed_at < $2 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2""",
        start,
        end,
    )
    return OrdersOf.of_all(rows)


async def orders_by_month(conn: Connection, start: datetime, end: datetime, timezone: str) -> list[OrdersIn]:
    """Orders of each month of the time zone, and how many of them were no customer's first."""
    rows = await conn.fetch(
        """WITH months AS (
               SELECT m::date AS month, greatest(m AT TIME ZONE $3, $1) AS begins,
                      least((m + interval '1 month') AT TIME ZONE $3, $2) AS ends
                 FROM generate_series(date_trunc('month', $1::timestamptz AT TIME ZONE $3),
                                      $2::timestamptz AT TIME ZONE $3, interval '1 month') m)
           SELECT month, made.orders::int, (made.orders - first.orders)::int AS reorders, made.customers::int
             FROM months CROSS JOIN LATERAL (
                  SELECT sum(orders) AS orders, count(*) AS customers FROM (
                         SELECT customer_id, count(*) AS orders FROM orders
                          WHERE state = 'placed' AND placed_at >= begins AND placed_at < ends GROUP BY 1) each) made
            CROSS JOIN LATERAL (
                  -- Several may have come at the same moment.
                  SELECT count(*) AS orders FROM first_orders f JOIN orders o USING (customer_id, placed_at)
                   WHERE f.placed_at >= begins AND f.placed_at < ends AND o.state = 'placed') first
            WHERE made.customers > 0 ORDER BY month""",
        start,
        end,
        timezone,
    )
    return OrdersIn.of_all(rows)


async def survival(conn: Connection, start: datetime, end: datetime, timezone: str) -> list[Survival]:
    """Customers by the month in which they came, and how many were there after so many months, as far as all know."""
    alive = ", ".join(
        f"count(*) FILTER (WHERE lost_at IS NULL OR lost_at >= created_at + interval '{n} months')::int AS m{n}"
        for n in MONTHS
    )
    rows = await conn.fetch(
        f"""SELECT *, (month + interval '1 month') AT TIME ZONE $3 AS over FROM (
              SELECT date_trunc('month', created_at AT TIME ZONE $3)::date AS month, count(*)::int AS size, {alive}
                FROM customers WHERE created_at >= $1 AND created_at < $2 AND state <> 'cancelled'
                 AND merged_into IS NULL GROUP BY 1) months ORDER BY month""",  # noqa: S608 - constants
        start,
        end,
        timezone,
    )
    now: datetime = await conn.fetchval("SELECT now()")
    return [
        Survival(
            month=row["month"],
            size=row["size"],
            alive={n: row[f"m{n}"] for n in MONTHS if (now - row["over"]).days >= 31 * n},
        )
        for row in rows
    ]


async def taken(conn: Connection, start: datetime, end: datetime) -> list[Taken]:
    """Products that customers took besides, did not want, or said they need, the most taken first."""
    rows = await conn.fetch(
        """SELECT product_id, coalesce(p.name, product_id) AS name, sum(taken)::int AS taken,
                  sum(refused)::int AS refused, sum(needs)::int AS needs FROM (
             SELECT product_id, count(*) AS taken, 0 AS refused, 0 AS needs FROM first_purchases
              WHERE placed_at >= $1 AND placed_at < $2 AND placed_at > began_at GROUP BY 1
             UNION ALL
             SELECT product_id, 0, count(*), 0 FROM never_offer WHERE created_at >= $1 AND created_at < $2 GROUP BY 1
             UNION ALL
             SELECT product_id, 0, 0, count(*) FROM needs
              WHERE created_at >= $1 AND created_at < $2 AND product_id IS NOT NULL GROUP BY 1) told
             LEFT JOIN products p ON p.id = product_id
            GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 200""",
        start,
        end,
    )
    return Taken.of_all(rows)


async def open_by_age(conn: Connection) -> list[LateMoney]:
    """Open invoices by age and currency."""
    rows = await conn.fetch(
        f"""SELECT {AGE} AS age, currency, sum(invoices)::int AS invoices, sum(owed) AS amount
              FROM {open_rows(AGE_LIMITS)} i
             GROUP BY 1, 2 HAVING sum(invoices) <> 0 ORDER BY 2, min(due_at) DESC"""  # noqa: S608 - constants
    )
    return LateMoney.of_all(rows)


async def late_invoices(conn: Connection) -> dict[tuple[str | None, str], int]:
    """Late invoices by account manager and currency."""
    rows = await conn.fetch(
        f"""SELECT account_manager, currency, sum(invoices)::int AS invoices FROM {open_rows(by_manager=True)} m
             WHERE due_at < now() GROUP BY 1, 2"""  # noqa: S608 - constants
    )
    return {(row["account_manager"], row["currency"]): row["invoices"] for row in rows}
