"""Invoices as lists, and their sums."""

from __future__ import annotations

from typing import Any

from services.account_mgmt.domain.invoice_lists import BriefInvoice, CurrencySum, InvoiceQuery
from services.account_mgmt.repository import Cursor
from services.account_mgmt.repository.invoice_sums import open_amount, owed
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
       coalesce(sum({owed()}) FILTER (WHERE {{is_open}}), 0) AS open,
       coalesce(sum({owed()}) FILTER (WHERE {{is_open}} AND i.due_at < now()), 0) AS late
  FROM invoices i
"""  # noqa: S608 - constants
_VIEWS = {
    "open": "i.state = 'open'",
    "late": "i.state = 'open' AND i.due_at < now()",
    "paid": "i.state = 'paid'",
    "void": "i.state = 'void'",
    "all": "true",
}
_OF_MANAGER = "i.customer_id IN (SELECT id FROM customers WHERE account_manager = {})"
# What is owed stands in an index by customer: an array of them is one walk through it. Of everything else the newest
# are wanted, and each is asked whose it is.
_OWED_TO = "i.customer_id = ANY (ARRAY(SELECT id FROM customers WHERE account_manager = {}))"


class _Where:
    """Conditions with their values. Only what was asked for is in the text, so that each question has its own plan."""

    def __init__(self, query: InvoiceQuery) -> None:
        self.values: list[Any] = []
        self._parts = [_VIEWS[query.view]]
        self._of(query)

    def _of(self, query: InvoiceQuery) -> None:
        for part, value in (
            ("i.customer_id = {}", query.customer_id),
            (_OWED_TO if query.is_by_due_date else _OF_MANAGER, query.manager),
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
    where = _Where(query)
    key, order, beyond = ("due_at", "ASC", ">") if query.is_by_due_date else ("issued_at", "DESC", "<")
    if after is not None:
        where.add(f"(i.{key}, i.id) {beyond} ({{}}, {{}}::uuid)", *after)
    ordered = f"ORDER BY i.{key} {order}, i.id {order}"
    found = f"(SELECT * FROM invoices i WHERE {where} {ordered} LIMIT {limit:d})"  # noqa: S608 - constants
    rows = await conn.fetch(f"{_BRIEF.format(found=found)} {ordered}", *where.values)
    return BriefInvoice.of_all(rows)


async def sums(conn: Connection, query: InvoiceQuery) -> list[CurrencySum]:
    """What these invoices come to, per currency."""
    where = _Where(query)
    # The index of what is owed does not hold the state: where all are open, it is not asked for.
    total = _SUMS.format(is_open="true" if query.is_by_due_date else "i.state = 'open'")
    rows = await conn.fetch(f"{total} WHERE {where} GROUP BY i.currency ORDER BY i.currency", *where.values)
    return CurrencySum.of_all(rows)


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
