"""Overdue money by customer and reminder. What is overdue stands in an index of its own; a page of it is completed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.account_mgmt.domain.aged_debts import BOUNDS, Debtor, DebtQuery, Step
from services.account_mgmt.repository.invoice_sums import owed
from services.chassis.db import Connection

_DAYS = "now() - make_interval(days => {})"
_LATE = "i.state = 'open' AND i.due_at < now() AND i.currency = $1"
_SUM = f"coalesce(sum({owed()}) FILTER (WHERE {{when}}), 0)"
_CLASSES = ", ".join(
    _SUM.format(when=f"i.due_at <= {_DAYS.format(least)}" + (f" AND i.due_at > {_DAYS.format(below)}" if below else ""))
    + f" AS age_{age}"
    for age, (least, below) in BOUNDS.items()
)
# Who owes most is found by sums alone; what else is told of them is read for a page of them.
_DEBTORS = f"""
WITH page AS (
    SELECT i.customer_id, sum({owed()}) AS total
      FROM invoices i WHERE {{wanted}}{{of}} GROUP BY 1{{behind}} ORDER BY 2 DESC, 1 DESC LIMIT $2),
late AS (
    SELECT i.customer_id, {_CLASSES}, min(i.due_at) AS oldest_at, max(i.dunning) AS step,
           count(*) AS invoices, count(*) FILTER (WHERE i.paused_until > now()) AS resting,
           count(*) FILTER (WHERE i.collected_at IS NOT NULL) AS collection
      FROM invoices i WHERE i.customer_id = ANY(ARRAY(SELECT customer_id FROM page)) AND {{wanted}} GROUP BY 1)
SELECT p.total, l.*, c.contact->>'company' AS company, c.account_manager, m.name AS manager,
       (SELECT coalesce(sum({owed()}), 0) FROM invoices i WHERE i.customer_id = p.customer_id AND i.state = 'open'
           AND i.due_at >= now() AND i.currency = $1) AS current
  FROM page p JOIN late l USING (customer_id) JOIN customers c ON c.id = p.customer_id
  LEFT JOIN account_managers m ON m.id = c.account_manager ORDER BY p.total DESC, p.customer_id DESC
"""  # noqa: S608 - put together from constants


async def debtors(conn: Connection, query: DebtQuery, *, limit: int, after: tuple[Decimal, str] | None) -> list[Debtor]:
    """Who owes what is overdue, the most first, behind a place."""
    values: list[Any] = [query.currency, limit]

    def place(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    wanted, of, behind = _LATE, "", ""
    if query.age is not None:
        least, below = BOUNDS[query.age]
        wanted += f" AND i.due_at <= {_DAYS.format(place(least))}"
        wanted += f" AND i.due_at > {_DAYS.format(place(below))}" if below else ""
    if query.step is not None:
        wanted += f" AND i.dunning = {place(query.step)}"
    if query.owner:
        whose = "IS NULL" if query.owner == "nobody" else f"= {place(query.owner)}"
        of = f" AND i.customer_id IN (SELECT id FROM customers WHERE account_manager {whose})"  # noqa: S608 - a place
    if after is not None:
        behind = f" HAVING (sum({owed()}), i.customer_id) < ({place(after[0])}::numeric, {place(after[1])}::uuid)"
    return Debtor.of_all(await conn.fetch(_DEBTORS.format(wanted=wanted, of=of, behind=behind), *values))


async def steps(conn: Connection, currency: str) -> list[Step]:
    """How far reminding of what is overdue has come."""
    rows = await conn.fetch(
        f"""SELECT i.dunning AS step, CASE WHEN i.collected_at IS NOT NULL THEN 'collection'
                   WHEN i.paused_until > now() THEN 'rests' ELSE 'reminded' END AS state,
                   count(*) AS invoices, sum({owed()}) AS amount
              FROM invoices i WHERE {_LATE} GROUP BY 1, 2 ORDER BY bool_or(i.collected_at IS NOT NULL), 1, 2""",  # noqa: S608 - constants
        currency,
    )
    return Step.of_all(rows)
