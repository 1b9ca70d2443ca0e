"""Who changed what of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.account_mgmt.domain.customer_changes import CustomerEdit
from services.account_mgmt.repository import Cursor
from services.chassis.db import Connection, new_id


async def add(conn: Connection, customer_id: str, by: str, changes: Mapping[str, tuple[Any, Any]]) -> str:
    """Keep a change; its id."""
    change_id = new_id()
    await conn.execute(
        "INSERT INTO customer_changes (id, customer_id, by, changes) VALUES ($1, $2, $3, $4)",
        change_id,
        customer_id,
        by,
        {name: list(pair) for name, pair in changes.items()},
    )
    return change_id


async def page(conn: Connection, customer_id: str, *, limit: int, after: Cursor) -> list[CustomerEdit]:
    """Changes of a customer, the oldest first."""
    rows = await conn.fetch(
        """SELECT * FROM customer_changes
            WHERE customer_id = $1 AND ($2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid))
            ORDER BY at, id LIMIT $4""",
        customer_id,
        *(after or (None, None)),
        limit,
    )
    return CustomerEdit.of_all(rows)
