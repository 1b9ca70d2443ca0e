"""Products that customers never want to be offered again."""

from __future__ import annotations

from services.account_mgmt.domain.never_offer import Refusal
from services.chassis.db import Connection


async def add(conn: Connection, customer_id: str, product_id: str, reason: str | None, by: str) -> None:
    """Write the refusal; said twice, the first reason stays."""
    await conn.execute(
        """INSERT INTO never_offer (customer_id, product_id, reason, recorded_by) VALUES ($1, $2, $3, $4)
           ON CONFLICT DO NOTHING""",
        customer_id,
        product_id,
        reason,
        by,
    )


async def remove(conn: Connection, customer_id: str, product_id: str) -> None:
    """The product may be offered again."""
    await conn.execute("DELETE FROM never_offer WHERE customer_id = $1 AND product_id = $2", customer_id, product_id)


async def of_customer(conn: Connection, customer_id: str) -> list[Refusal]:
    """By product."""
    rows = await conn.fetch("SELECT * FROM never_offer WHERE customer_id = $1 ORDER BY product_id", customer_id)
    return Refusal.of_all(rows)
