"""Merges of customers: moving the records of one to another, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.account_mgmt.domain.customer_merges import Merge
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from workflows.contracts.account_mgmt import OpenInvoice

# Table, its column for the customer, what names a row of it, and when a row cannot move: the other has the same.
MOVED = (
    ("orders", "customer_id", "id", "m.imported_number = t.imported_number"),
    ("invoices", "customer_id", "id", ""),
    ("contracts", "customer_id", "id", ""),
    ("nudges", "customer_id", "item_id", ""),
    ("needs", "customer_id", "id", ""),
    ("people", "customer_id", "id", "lower(m.name) = lower(t.name) AND (m.phones && t.phones OR m.email = t.email)"),
    ("never_offer", "customer_id", "product_id", "m.product_id = t.product_id"),
    ("owner_changes", "customer_id", "id", ""),
    ("customer_keys", "customer_id", "key", ""),
    ("payer_accounts", "customer_id", "iban", "m.iban = t.iban"),
    ("work_items", "lead_id", "id", ""),
    ("mails", "lead_id", "id", ""),
    ("inbound_mails", "lead_id", "id", ""),
    ("mail_addresses", "lead_id", "address", ""),
)
STAY = {
    "debtors": "kept by triggers on invoices and customers",
    "debts": "kept by triggers on invoices",
    "first_orders": "kept by triggers on orders",
    "forecasts": "worked out anew from the orders",
    "first_purchases": "worked out anew every night",
    "order_drafts": "somebody's half-typed order is no record of the customer",
    "held_out": "tells what became of a reminder that was not sent; numbered by its own care",
    "customer_changes": "tells what was changed of this record",
    "erasures": "an erased customer is not merged",
}
"""Tables that name a customer and stay where they are, each with its reason."""


async def move(
    conn: Connection, source: str, target: str, only: Mapping[str, list[str]] | None = None
) -> dict[str, list[str]]:
    """Move the records of one customer to another, or `only` these; what was moved, by table."""
    moved: dict[str, list[str]] = {}
    for table, column, key, same in MOVED:
        stays = f"AND NOT EXISTS (SELECT FROM {table} m WHERE m.{column} = $2 AND {same})" if same else ""
        follows = ", workflow_id = $4" if table == "work_items" else ""
        given = [f"customer:{target}"] if follows else []
        rows = await conn.fetch(
            f"""UPDATE {table} t SET {column} = $2{follows} WHERE {column} = $1
                   AND ($3::text[] IS NULL OR {key}::text = ANY($3)) {stays} RETURNING {key}::text AS moved""",  # noqa: S608 - named above
            source,
            target,
            only.get(table, []) if only is not None else None,
            *given,
        )
        moved[table] = [row["moved"] for row in rows]
    return moved


async def counts(conn: Connection, customer_id: str) -> dict[str, int]:
    """How many records of each kind would move."""
    found = {}
    for table, column, _, _ in MOVED:
        found[table] = await conn.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", customer_id)  # noqa: S608 - named above
    return {table: count for table, count in found.items() if count}


async def same_orders(conn: Connection, kept: str, gone: str) -> int:
    """How many imported orders have the same number at both."""
    found: int = await conn.fetchval(
        """SELECT count(*) FROM orders a JOIN orders b ON b.imported_number = a.imported_number
            WHERE a.customer_id = $1 AND b.customer_id = $2""",
        kept,
        gone,
    )
    return found


async def owed(conn: Connection, customer_id: str, invoice_ids: list[str] | None = None) -> list[OpenInvoice]:
    """The customer's open invoices, or those of these, as a workflow keeps them."""
    rows = await conn.fetch(
        """SELECT id AS invoice_id, due_at, dunning AS level FROM invoices
            WHERE customer_id = $1 AND state = 'open' AND ($2::uuid[] IS NULL OR id = ANY($2)) ORDER BY due_at, id""",
        customer_id,
        invoice_ids,
    )
    return [OpenInvoice.model_validate(dict(row)) for row in rows]


async def mark(conn: Connection, customer_id: str, into: str | None, state: str) -> None:
    """The customer was merged into another one or, with None, is one by itself again."""
    await conn.execute(
        "UPDATE customers SET merged_into = $2, state = $3, next_nudge_at = NULL, updated_at = now() WHERE id = $1",
        customer_id,
        into,
        state,
    )


async def aliases(conn: Connection, customer_ids: list[str]) -> dict[str, list[str]]:
    """Customers that were merged into these, by whom they were merged into; those into them too."""
    rows = await conn.fetch(
        """WITH RECURSIVE gone AS (
               SELECT id, merged_into AS kept FROM customers WHERE merged_into = ANY($1::uuid[])
               UNION SELECT c.id, g.kept FROM customers c JOIN gone g ON c.merged_into = g.id)
           SELECT id, kept FROM gone ORDER BY id""",
        customer_ids,
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["kept"], []).append(row["id"])
    return found


async def linked(conn: Connection, customer_id: str) -> list[str]:
    """Whoever was ever merged with this customer, directly or not, also if they were taken apart again."""
    rows = await conn.fetch(
        """WITH RECURSIVE linked (id) AS (
               SELECT $1::uuid
               UNION SELECT CASE WHEN m.kept = l.id THEN m.gone ELSE m.kept END
                       FROM linked l JOIN customer_merges m ON l.id IN (m.kept, m.gone))
           SELECT id FROM linked WHERE id <> $1""",
        customer_id,
    )
    return [row["id"] for row in rows]


async def survivor(conn: Connection, customer_id: str) -> str:
    """The customer whom this one was merged into, or itself."""
    found: str | None = await conn.fetchval(
        """WITH RECURSIVE into_ AS (
               SELECT id, merged_into FROM customers WHERE id = $1
               UNION SELECT c.id, c.merged_into FROM customers c JOIN into_ i ON c.id = i.merged_into)
           SELECT id FROM into_ WHERE merged_into IS NULL""",
        customer_id,
    )
    return found or customer_id


async def add(conn: Connection, *, kept: str, gone: str, moved: Mapping[str, Any], by: str) -> str:
    """Write a merge with everything that it moved; its id."""
    merge_id = new_id()
    await conn.execute(
        "INSERT INTO customer_merges (id, kept, gone, moved, by) VALUES ($1, $2, $3, $4, $5)",
        merge_id,
        kept,
        gone,
        dict(moved),
        by,
    )
    return merge_id


async def get(conn: Connection, merge_id: str, *, lock: bool = False) -> Merge:
    """A merge. Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT * FROM customer_merges WHERE id = $1 {'FOR UPDATE' if lock else ''}",  # noqa: S608 - a constant
        merge_id,
    )
    if row is None:
        raise NotFound(f"There is no merge {merge_id}")
    return Merge.of(row)


async def page(conn: Connection, customer_id: str | None, *, limit: int, after: Cursor) -> list[Merge]:
    """Merges, the oldest first; of one customer if asked for."""
    rows = await conn.fetch(
        """SELECT * FROM customer_merges WHERE ($1::uuid IS NULL OR kept = $1 OR gone = $1)
              AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid)) ORDER BY at, id LIMIT $4""",
        customer_id,
        *(after or (None, None)),
        limit,
    )
    return Merge.of_all(rows)


async def mark_undone(conn: Connection, merge_id: str, by: str) -> None:
    """The merge was taken back."""
    await conn.execute("UPDATE customer_merges SET undone_by = $2, undone_at = now() WHERE id = $1", merge_id, by)
