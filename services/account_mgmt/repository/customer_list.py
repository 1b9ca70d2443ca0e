"""Lists of customers: narrowed down, in order of their names, and searched by name, number and phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.account_mgmt.domain.customer_list import (
    CustomerFilter,
    FoundCustomer,
    FoundInvoice,
    FoundOrder,
    ListedCustomer,
)
from services.account_mgmt.repository.invoice_sums import owed
from services.chassis.db import Connection

_NAME = "lower(c.contact->>'company')"
_ROWS = """
WITH page AS (
    SELECT c.id, c.contact, c.segment, c.state, c.account_manager, c.next_nudge_at, {name} AS sorted_by
      FROM customers c WHERE {wanted} ORDER BY {name}, c.id LIMIT $1)
SELECT p.id, p.contact->>'company' AS company, p.sorted_by, p.contact->>'city' AS city, p.segment, p.state,
       p.account_manager, m.name AS manager, o.placed_at AS last_at, o.total AS last_total, o.currency,
       f.expected_at, f.p_alive, p.next_nudge_at, v.overdue, v.currency AS overdue_currency,
       (SELECT count(*) FROM work_items w WHERE w.lead_id = p.id AND w.state IN ('open', 'leased')) AS tasks
  FROM page p LEFT JOIN account_managers m ON m.id = p.account_manager LEFT JOIN forecasts f ON f.customer_id = p.id
  LEFT JOIN LATERAL (SELECT placed_at, total, currency FROM orders WHERE customer_id = p.id AND state = 'placed'
                      ORDER BY placed_at DESC LIMIT 1) o ON true
  LEFT JOIN LATERAL (SELECT sum({owed}) AS overdue, currency FROM invoices i
                      WHERE customer_id = p.id AND state = 'open' AND due_at < now()
                      GROUP BY currency ORDER BY min(due_at) LIMIT 1) v ON true
 ORDER BY p.sorted_by, p.id
"""
# Each condition with the place of its value, so that every filter finds its own index.
_OVERDUE = "c.id IN (SELECT customer_id FROM invoices WHERE state = 'open' AND due_at < now())"
# A part that thousands of names have is not worth sorting them all.
_MOST_COMPARED = 100
_FOUND = """
SELECT c.id, c.contact->>'company' AS company, c.contact->>'city' AS city, c.state, m.name AS manager
  FROM customers c LEFT JOIN account_managers m ON m.id = c.account_manager
"""


async def page(
    conn: Connection, wanted: CustomerFilter, *, limit: int, after: tuple[str, str] | None
) -> list[ListedCustomer]:
    """Customers of this kind in order of their names, after a place."""
    conditions, values = _conditions(wanted, after)
    query = _ROWS.format(name=_NAME, owed=owed(), wanted=" AND ".join(conditions) or "true")
    return ListedCustomer.of_all(await conn.fetch(query, limit, *values))


def _conditions(wanted: CustomerFilter, after: tuple[str, str] | None) -> tuple[list[str], list[Any]]:
    """Conditions, and the values of their parameters from $2 on."""
    conditions: list[str] = ["c.merged_into IS NULL"]
    values: list[Any] = []

    def add(condition: str, *given: Any) -> None:
        places = [f"${len(values) + number + 2}" for number in range(len(given))]
        values.extend(given)
        conditions.append(condition.format(*places))

    if wanted.owner == "nobody":
        add("c.account_manager IS NULL")
    elif wanted.owner:
        add("c.account_manager = {}", wanted.owner)
    if wanted.state:
        add("c.state = {}", wanted.state)
    if wanted.segment is not None:
        add("c.segment = {}", wanted.segment)
    if wanted.overdue:
        add(_OVERDUE)
    if after is not None:
        add(f"({_NAME}, c.id) > ({{}}::text, {{}}::uuid)", *after)
    return conditions, values


async def segments(conn: Connection) -> list[str]:
    """The segments that there are, by name, at most 100: each is one step in their index."""
    rows = await conn.fetch(
        """WITH RECURSIVE named AS (
               (SELECT segment FROM customers ORDER BY segment LIMIT 1)
               UNION ALL
               SELECT (SELECT c.segment FROM customers c WHERE c.segment > n.segment ORDER BY c.segment LIMIT 1)
                 FROM named n WHERE n.segment IS NOT NULL)
           SELECT segment FROM named WHERE segment <> '' LIMIT 100"""
    )
    return [row["segment"] for row in rows]


async def by_name(conn: Connection, part: str, limit: int) -> list[FoundCustomer]:
    """Customers whose name has this part, in any case and alphabet, those that begin with it first."""
    safe = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await conn.fetch(
        f"""{_FOUND} WHERE c.id IN (SELECT id FROM customers
                                     WHERE folded_name(contact->>'company') LIKE folded_name($1)
                                       AND merged_into IS NULL LIMIT $4)
            ORDER BY folded_name(c.contact->>'company') NOT LIKE folded_name($2), {_NAME}, c.id LIMIT $3""",  # noqa: S608 - constants
        f"%{safe}%",
        f"{safe}%",
        limit,
        _MOST_COMPARED,
    )
    return FoundCustomer.of_all(rows)


async def by_phone(conn: Connection, phone: str) -> list[FoundCustomer]:
    """Customers who are called at this number (E.164), or where somebody is."""
    rows = await conn.fetch(
        f"""{_FOUND} WHERE c.id IN (SELECT customer_id FROM customer_keys WHERE key = 'p:' || $1
                                    UNION SELECT customer_id FROM people WHERE phones @> ARRAY[$1])
            ORDER BY {_NAME} LIMIT 20""",  # noqa: S608 - constants
        phone,
    )
    return FoundCustomer.of_all(rows)


async def invoices_numbered(conn: Connection, numbers: Sequence[str]) -> list[FoundInvoice]:
    """Invoices with one of these numbers."""
    rows = await conn.fetch(
        """SELECT i.id, i.number, i.customer_id, c.contact->>'company' AS company, i.state,
                  jsonb_build_object('amount', i.total::text, 'currency', i.currency) AS total
             FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE i.number = ANY($1)
            ORDER BY i.issued_at DESC LIMIT 20""",
        list(numbers),
    )
    return FoundInvoice.of_all(rows)


async def orders_numbered(conn: Connection, number: str) -> list[FoundOrder]:
    """Orders with this number, in any case: ours, or the one that they had before they were imported."""
    rows = await conn.fetch(
        """SELECT o.id, coalesce(o.imported_number, o.number) AS number, o.customer_id, o.state, o.placed_at,
                  c.contact->>'company' AS company,
                  jsonb_build_object('amount', o.total::text, 'currency', o.currency) AS total
             FROM orders o JOIN customers c ON c.id = o.customer_id
            -- As an array: so many may have one imported number that all customers would be read for them.
            WHERE o.id = ANY (ARRAY(SELECT id FROM orders WHERE number = upper($1)
                                    UNION SELECT id FROM orders WHERE upper(imported_number) = upper($1)))
            ORDER BY o.placed_at DESC LIMIT 20""",
        number,
    )
    return FoundOrder.of_all(rows)
