"""Overdue money by customer and reminder. Who owes most is looked for among those who can; a page is completed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.account_mgmt.domain.aged_debts import BOUNDS, Debtor, DebtQuery, Step
from services.account_mgmt.repository.invoice_sums import owed
from services.account_mgmt.repository.open_money import open_rows
from services.chassis.db import Connection

_DAYS = "now() - make_interval(days => {})"
_LATE = "i.state = 'open' AND i.due_at < now() AND i.currency = $1"
_SUM = f"coalesce(sum({owed()}) FILTER (WHERE {{when}}), 0)"
_CLASSES = ", ".join(
    _SUM.format(when=f"i.due_at <= {_DAYS.format(least)}" + (f" AND i.due_at > {_DAYS.format(below)}" if below else ""))
    + f" AS age_{age}"
    for age, (least, below) in BOUNDS.items()
)
# Nobody owes more of what is wanted than all of what they owe: after those who owe most, nobody can come before them.
_ABLE = f"""
WITH able AS (
    SELECT customer_id, owed FROM debts
     WHERE currency = $1 AND ($3::numeric IS NULL OR (owed, customer_id) < ($3, $4::uuid))
     ORDER BY owed DESC, customer_id DESC LIMIT $2)
SELECT a.customer_id, a.owed AS most, l.total
  FROM able a CROSS JOIN LATERAL (
       SELECT sum({owed()}) AS total FROM invoices i WHERE i.customer_id = a.customer_id AND {{wanted}}) l
 ORDER BY a.owed DESC, a.customer_id DESC
"""  # noqa: S608 - constants
_OF_ONE_MANAGER = f"""
SELECT i.customer_id, sum({owed()}) AS total FROM invoices i
 WHERE i.customer_id = ANY (ARRAY(SELECT id FROM customers WHERE account_manager {{whose}})) AND {{wanted}} GROUP BY 1
"""  # noqa: S608 - constants
_DEBTORS = f"""
WITH late AS (
    SELECT i.customer_id, sum({owed()}) AS total, {_CLASSES}, min(i.due_at) AS oldest_at, max(i.dunning) AS step,
           count(*) AS invoices, count(*) FILTER (WHERE i.paused_until > now()) AS resting,
           count(*) FILTER (WHERE i.collected_at IS NOT NULL) AS collection
      FROM invoices i WHERE i.customer_id = ANY ({{found}}) AND {{wanted}} GROUP BY 1)
SELECT l.*, c.contact->>'company' AS company, c.account_manager, m.name AS manager,
       (SELECT coalesce(sum({owed()}), 0) FROM invoices i WHERE i.customer_id = l.customer_id AND i.state = 'open'
           AND i.due_at >= now() AND i.currency = $1) AS current
  FROM late l JOIN customers c ON c.id = l.customer_id
  LEFT JOIN account_managers m ON m.id = c.account_manager ORDER BY l.total DESC, l.customer_id DESC
"""  # noqa: S608 - put together from constants
_AT_FIRST, _TIMES_MORE = 100, 4

Place = tuple[Decimal, str]
"""How much somebody owes of what is wanted, and who: the order of debtors."""


@dataclass
class _Wanted:
    """Which overdue invoices are asked for, and the values of the places in it."""

    query: DebtQuery
    values: list[Any] = field(default_factory=list)

    def place(self, value: Any) -> str:
        """Where this value stands in the statement."""
        self.values.append(value)
        return f"${len(self.values)}"

    def __str__(self) -> str:
        wanted = _LATE
        if self.query.age is not None:
            least, below = BOUNDS[self.query.age]
            wanted += f" AND i.due_at <= {_DAYS.format(self.place(least))}"
            wanted += f" AND i.due_at > {_DAYS.format(self.place(below))}" if below else ""
        if self.query.step is not None:
            wanted += f" AND i.dunning = {self.place(self.query.step)}"
        return wanted


async def debtors(conn: Connection, query: DebtQuery, *, limit: int, after: Place | None) -> list[Debtor]:
    """Who owes what is overdue, the most first, behind a place."""
    found = await (_of_one_manager if query.owner else _of_all)(conn, query, limit, after)
    wanted = _Wanted(query, [query.currency])
    those = wanted.place([customer_id for _, customer_id in found])
    statement = _DEBTORS.format(found=f"{those}::uuid[]", wanted=wanted)
    return Debtor.of_all(await conn.fetch(statement, *wanted.values))


async def _of_one_manager(conn: Connection, query: DebtQuery, limit: int, after: Place | None) -> list[Place]:
    wanted = _Wanted(query, [query.currency])
    whose = "IS NULL" if query.owner == "nobody" else f"= {wanted.place(query.owner)}"
    rows = await conn.fetch(_OF_ONE_MANAGER.format(whose=whose, wanted=wanted), *wanted.values)
    return _most([(row["total"], row["customer_id"]) for row in rows], limit, after)


async def _of_all(conn: Connection, query: DebtQuery, limit: int, after: Place | None) -> list[Place]:
    """Those who can owe most are asked first, until nobody who comes later can owe as much as the last one found."""
    found: list[Place] = []
    able: Place | None = None
    at_once = _AT_FIRST
    while True:
        wanted = _Wanted(query, [query.currency, at_once, *(able or (None, None))])
        rows = await conn.fetch(_ABLE.format(wanted=wanted), *wanted.values)
        found += [(row["total"], row["customer_id"]) for row in rows if row["total"] is not None]
        found = _most(found, limit, after)
        if len(rows) < at_once:
            return found
        able = (rows[-1]["most"], rows[-1]["customer_id"])
        if len(found) == limit and found[-1] >= able:
            return found
        at_once *= _TIMES_MORE


def _most(found: list[Place], limit: int, after: Place | None) -> list[Place]:
    return sorted((one for one in found if after is None or one < after), reverse=True)[:limit]


async def steps(conn: Connection, currency: str) -> list[Step]:
    """How far reminding of what is overdue has come."""
    rows = await conn.fetch(
        f"""SELECT dunning AS step, CASE WHEN collected THEN 'collection' WHEN paused_until > now() THEN 'rests'
                   ELSE 'reminded' END AS state, sum(invoices)::int AS invoices, sum(owed) AS amount
              FROM {open_rows()} m WHERE due_at < now() AND currency = $1
             GROUP BY 1, 2 HAVING sum(invoices) <> 0 ORDER BY bool_or(collected), 1, 2""",  # noqa: S608 - constants
        currency,
    )
    return Step.of_all(rows)
