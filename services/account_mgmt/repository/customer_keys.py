"""Customers whose keys were worked out by older rules."""

from __future__ import annotations

from collections.abc import Sequence

from services.account_mgmt.domain.customers import Customer
from services.chassis.db import Connection


async def hold_older(conn: Connection, generation: int, limit: int) -> list[Customer]:
    """The next customers whose keys are of older rules, held; those with whom somebody is busy are left for later."""
    rows = await conn.fetch(
        """SELECT * FROM customers WHERE keyed < $1 AND merged_into IS NULL
            ORDER BY keyed, id LIMIT $2 FOR UPDATE SKIP LOCKED""",
        generation,
        limit,
    )
    return Customer.of_all(rows)


async def erased(conn: Connection, customer_ids: Sequence[str]) -> set[str]:
    """Those of these customers who were erased: nobody is to recognise them."""
    rows = await conn.fetch("SELECT customer_id FROM erasures WHERE customer_id = ANY($1::uuid[])", list(customer_ids))
    return {row["customer_id"] for row in rows}


async def add(conn: Connection, keys: Sequence[tuple[str, str]]) -> int:
    """Recognise customers by these (key, customer) too; how many were new. What is another customer's stays theirs."""
    rows = await conn.fetch(
        """INSERT INTO customer_keys (key, customer_id)
           SELECT key, customer_id FROM unnest($1::text[], $2::uuid[]) AS k (key, customer_id) ORDER BY key
           ON CONFLICT DO NOTHING RETURNING key""",
        [key for key, _ in keys],
        [customer_id for _, customer_id in keys],
    )
    return len(rows)


async def mark(conn: Connection, customer_ids: Sequence[str], generation: int) -> None:
    """Their keys are of this generation of rules now."""
    await conn.execute("UPDATE customers SET keyed = $2 WHERE id = ANY($1::uuid[])", list(customer_ids), generation)
