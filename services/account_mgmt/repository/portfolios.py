"""Portfolios of everybody at once. What is counted is open work and what is overdue, never a history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.account_mgmt.domain.portfolios import Held, Load, Sum, Undecided
from services.account_mgmt.repository.open_money import open_rows
from services.chassis.db import Connection

MOST_PEOPLE = 200
# Work is on the list of whom it was given to, or, while it lies with nobody, of whoever looks after the customer.
_WORK = """
SELECT coalesce(w.assignee, (SELECT account_manager FROM customers WHERE id = w.lead_id)) AS person, w.lead_id, w.kind,
       coalesce(n.answer_by, greatest(w.opened_at, w.not_before) + $2::interval) < now() AS late
  FROM work_items w LEFT JOIN nudges n ON n.item_id = w.id
 WHERE w.state IN ('open', 'leased') AND w.kind = ANY($1)
"""
_LOADS = f"""
WITH care AS (
    SELECT account_manager AS id, count(*) AS customers, count(*) FILTER (WHERE state = 'at_risk') AS at_risk
      FROM customers WHERE state NOT IN ('lost', 'cancelled') AND account_manager IS NOT NULL GROUP BY 1),
work AS (
    SELECT person AS id, count(*) AS open, count(*) FILTER (WHERE late) AS late, sum(complaints) AS complaints
      FROM (SELECT person, lead_id, bool_or(late) AS late, count(*) FILTER (WHERE kind = 'complaint') AS complaints
              FROM ({_WORK}) w GROUP BY 1, 2) customers GROUP BY 1)
SELECT m.id, coalesce(care.customers, 0) AS customers, coalesce(care.at_risk, 0) AS at_risk,
       coalesce(work.open, 0) AS open, coalesce(work.late, 0) AS late, coalesce(work.complaints, 0) AS complaints
  FROM account_managers m LEFT JOIN care USING (id) LEFT JOIN work USING (id)
"""  # noqa: S608 - put together from a constant


async def loads(conn: Connection, kinds: Sequence[str], patience: timedelta) -> list[Load]:
    """What lies with every account manager; late is what waits longer than `patience` or its own time."""
    return Load.of_all(await conn.fetch(_LOADS, list(kinds), patience))


async def has_tasks(conn: Connection, kinds: Sequence[str], many: int) -> bool:
    """Whether there are so many open tasks."""
    counted = """SELECT count(*) FROM (SELECT FROM work_items WHERE state IN ('open', 'leased') AND kind = ANY($1)
                                        LIMIT $2) w"""
    return int(await conn.fetchval(counted, list(kinds), many)) == many


async def people(conn: Connection, loads: Sequence[Load], since: datetime) -> list[Held]:
    """Every account manager with what lies with them; `done` since a moment."""
    rows = await conn.fetch(
        """SELECT m.id, m.name, m.active, m.capacity, a.ends_at AS away_until, coalesce(k.name, a.cover) AS cover,
                  (SELECT count(*) FROM nudges n WHERE n.answered_by = m.id AND n.answered_at >= $1) AS done
             FROM account_managers m LEFT JOIN absences a ON a.manager = m.id AND a.during @> now()
             LEFT JOIN account_managers k ON k.id = a.cover
            ORDER BY m.active DESC, m.name, m.id LIMIT $2""",
        since,
        MOST_PEOPLE,
    )
    found = {one.id: dict(one) for one in loads}
    return [Held(**(found.get(row["id"], {}) | dict(row))) for row in rows]


async def expected(conn: Connection, kinds: Sequence[str]) -> list[Sum]:
    """What the customers on everybody's lists should bring, by person and the currency they last ordered in."""
    rows = await conn.fetch(
        """WITH listed AS (
               SELECT DISTINCT coalesce(w.assignee, c.account_manager) AS person, w.lead_id
                 FROM work_items w JOIN customers c ON c.id = w.lead_id
                WHERE w.state IN ('open', 'leased') AND w.kind = ANY($1))
           SELECT l.person, o.currency, sum(f.expected_value) AS amount
             FROM listed l JOIN forecasts f ON f.customer_id = l.lead_id
            CROSS JOIN LATERAL (SELECT currency FROM orders WHERE customer_id = l.lead_id AND state = 'placed'
                                 ORDER BY placed_at DESC LIMIT 1) o
            GROUP BY 1, 2 HAVING sum(f.expected_value) > 0""",
        list(kinds),
    )
    return Sum.of_all(rows)


async def overdue(conn: Connection) -> list[Sum]:
    """What is past its date, by whoever looks after the customer."""
    rows = await conn.fetch(
        f"""SELECT account_manager AS person, currency, sum(owed) AS amount FROM {open_rows(by_manager=True)} m
             WHERE due_at < now() GROUP BY 1, 2 HAVING sum(invoices) <> 0"""  # noqa: S608 - constants
    )
    return Sum.of_all(rows)


async def undecided(conn: Connection) -> Undecided:
    """What waits for a supervisor: debts after the last reminder, money nobody could match, customers of nobody."""
    row = await conn.fetchrow(
        """SELECT (SELECT count(*) FROM work_items WHERE kind = 'debt' AND state = 'open') AS debts,
                  (SELECT count(*) FROM bank_transfers WHERE state IN ('unmatched', 'failed')) AS transfers,
                  (SELECT count(*) FROM customers
                    WHERE account_manager IS NULL AND state IN ('active', 'at_risk')) AS nobodys"""
    )
    return Undecided.of(row)


async def late(conn: Connection, kinds: Sequence[str], patience: timedelta, person: str) -> set[str]:
    """Customers on this person's list who wait longer than they should."""
    rows = await conn.fetch(
        f"SELECT DISTINCT lead_id FROM ({_WORK}) w WHERE person = $3 AND late",  # noqa: S608 - a constant
        list(kinds),
        patience,
        person,
    )
    return {row["lead_id"] for row in rows}


async def companies(conn: Connection, customer_ids: Sequence[str]) -> dict[str, str]:
    """What these customers are called, by their ids."""
    rows = await conn.fetch(
        "SELECT id, contact->>'company' AS company FROM customers WHERE id = ANY($1)", list(customer_ids)
    )
    return {row["id"]: row["company"] for row in rows}
