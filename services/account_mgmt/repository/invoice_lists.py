"""Invoices as lists, and their sums."""

from __future__ import annotations

from typing import Any

from services.account_mgmt.domain.invoice_lists import BriefInvoice, CurrencySum, InvoiceQuery
from services.account_mgmt.repository import Cursor
from services.account_mgmt.repository.invoice_sums import open_amount, owed
from services.account_mgmt.repository.open_money import open_rows
from services.chassis.db import Connection

_BRIEF = f"""
SELECT i.id, i.number, i.customer_id, i.state, i.total, {open_amount()} AS open_amount, i.currency,
       i.issued_at, i.due_at, (i.state = 'open' AND i.due_at < now()) AS overdue, i.dunning,
       i.paused_until, i.collected_at,
       coalesce(c.contact ->> 'company', '') AS company,
       (SELECT max(p.paid_at) FROM payments p WHERE p.invoice_id = i.id AND p.reversed_at IS NULL) AS paid_at
  FROM {{found}} i JOIN customers c ON c.id = i.customer_id
"""  # noqa: S608 - constants
_SUMS = f"""
SELECT i.currency, count(*)::int AS invoices, sum(i.total) AS total,
       coalesce(sum({owed()}) FILTER (WHERE i.state = 'open'), 0) AS open,
       coalesce(sum({owed()}) FILTER (WHERE i.state = 'open' AND i.due_at < now()), 0) AS late
  FROM invoices i WHERE {{where}} GROUP BY i.currency ORDER BY i.currency
"""  # noqa: S608 - constants
# What is open is added up as it stands, whoever owes it.
_OPEN_SUMS = """
SELECT i.currency, sum(i.invoices)::int AS invoices, sum(i.total) AS total, sum(i.owed) AS open,
       coalesce(sum(i.owed) FILTER (WHERE i.due_at < now()), 0) AS late
  FROM {rows} i WHERE {where} GROUP BY i.currency HAVING sum(i.invoices) <> 0 ORDER BY i.currency
"""
_VIEWS = {
    "open": "i.state = 'open'",
    "late": "i.state = 'open' AND i.due_at < now()",
    "paid": "i.state = 'paid'",
    "void": "i.state = 'void'",
    "all": "true",
}
_OF_MANAGER = "i.customer_id IN (SELECT id FROM customers WHERE account_manager = {})"
# What is owed stands in an index by customer: an array of them is one walk through it. Of everything else the newest
# are wanted, and each is asked whose it is, unless that could be a walk past nearly everybody's.
_OF_THEIR_CUSTOMERS = "i.customer_id = ANY (ARRAY(SELECT id FROM customers WHERE account_manager = {}))"
_FEW = 500
_MOST_ADDED = 20_000


class _Where:
    """Conditions with their values. Only what was asked for is in the text, so that each question has its own plan."""

    def __init__(self, query: InvoiceQuery, *, by_customer: bool) -> None:
        self.values: list[Any] = []
        self._parts = [_VIEWS[query.view]]
        self._of(query, by_customer)

    def _of(self, query: InvoiceQuery, by_customer: bool) -> None:
        for part, value in (
            ("i.customer_id = {}", query.customer_id),
            (_OF_THEIR_CUSTOMERS if by_customer else _OF_MANAGER, query.manager),
            ("i.currency = {}", query.currency),
            ("i.issued_at >= {}", query.since),
            ("i.issued_at < {}", query.until),
        ):
            if value is not None:
                self.add(part, value)
        if query.number is not None:
            self.add("substring(i.number FROM '[0-9]+$')::numeric = {}", query.number.count)
            self.add("i.number LIKE {}", query.number.pattern)

    def add(self, part: str, *values: Any) -> None:
        """One more condition; every `{}` in it stands for a value."""
        places = [f"${len(self.values) + number}" for number in range(1, len(values) + 1)]
        self._parts.append(part.format(*places))
        self.values += values

    def __str__(self) -> str:
        return " AND ".join(self._parts)


async def page(conn: Connection, query: InvoiceQuery, *, limit: int, after: Cursor) -> list[BriefInvoice]:
    """What is owed by its due date, the longest due first; everything else by its issue, the newest first."""
    where = _Where(query, by_customer=query.is_by_due_date or await _has_few(conn, query.manager))
    key, order, beyond = ("due_at", "ASC", ">") if query.is_by_due_date else ("issued_at", "DESC", "<")
    if after is not None:
        where.add(f"(i.{key}, i.id) {beyond} ({{}}, {{}}::uuid)", *after)
    ordered = f"ORDER BY i.{key} {order}, i.id {order}"
    found = f"(SELECT * FROM invoices i WHERE {where} {ordered} LIMIT {limit:d})"  # noqa: S608 - constants
    rows = await conn.fetch(f"{_BRIEF.format(found=found)} {ordered}", *where.values)
    return BriefInvoice.of_all(rows)


async def _has_few(conn: Connection, manager: str | None) -> bool:
    """Whether so few customers are theirs that all their invoices are sooner read than the newest of everybody's."""
    if manager is None:
        return False
    found = "SELECT count(*) FROM (SELECT FROM customers WHERE account_manager = $1 LIMIT $2) c"
    return int(await conn.fetchval(found, manager, _FEW)) < _FEW


async def sums(conn: Connection, query: InvoiceQuery) -> list[CurrencySum] | None:
    """What these invoices come to, per currency; none where they are too many to be added up while somebody waits."""
    if query.is_of_all_time:
        return await _open_sums(conn, query)
    where = _Where(query, by_customer=True)
    if query.customer_id is None and await _are_more(conn, where):
        return None
    return CurrencySum.of_all(await conn.fetch(_SUMS.format(where=where), *where.values))


async def _are_more(conn: Connection, where: _Where) -> bool:
    """Whether there are more than can be added up at once."""
    counted = f"SELECT count(*) FROM (SELECT FROM invoices i WHERE {where} LIMIT {_MOST_ADDED + 1}) i"  # noqa: S608 - constants
    return int(await conn.fetchval(counted, *where.values)) > _MOST_ADDED


async def _open_sums(conn: Connection, query: InvoiceQuery) -> list[CurrencySum]:
    wanted, values = ["i.due_at < now()" if query.view == "late" else "true"], []
    for column, value in (("account_manager", query.manager), ("currency", query.currency)):
        if value is not None:
            values.append(value)
            wanted.append(f"i.{column} = ${len(values)}")
    rows = open_rows(by_manager=query.manager is not None)
    statement = _OPEN_SUMS.format(rows=rows, where=" AND ".join(wanted))
    return CurrencySum.of_all(await conn.fetch(statement, *values))


async def foremost(conn: Connection, customer_id: str, limit: int) -> list[BriefInvoice]:
    """A customer's open invoices, the longest due first, then the newest of the others."""
    rows = await conn.fetch(
        f"""{_BRIEF.format(found="invoices")} WHERE i.customer_id = $1
             ORDER BY i.state <> 'open', CASE WHEN i.state = 'open' THEN i.due_at END, i.issued_at DESC, i.id DESC
             LIMIT $2""",
        customer_id,
        limit,
    )
    return BriefInvoice.of_all(rows)
