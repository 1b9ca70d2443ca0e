"""The right column of the desk: a new order, and the customer's invoices."""

from __future__ import annotations

from typing import Any

from services.chassis.auth import Principal
from services.chassis.db import Connection


async def right_column(conn: Connection, who: Principal, customer_id: str) -> dict[str, Any]:  # noqa: ARG001 - filled in with the column
    """What `_right.j2` shows of this customer, by the names it knows it by."""
    return {}
