"""Customers who are about to be lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from services.chassis.db import Connection


@dataclass(frozen=True)
class Falling:
    """A customer whose chance to be there at all has fallen; `expected_high` is by when nine in ten had ordered."""

    customer_id: str
    p_alive: float
    expected_high: datetime
    order_value: Decimal


async def falling(conn: Connection, below: float, every: timedelta, limit: int) -> list[Falling]:
    """Active customers below the chance, about whom nobody was asked for a while; the most valuable first, locked.

    One order says nothing of a rhythm: at least two are asked for.
    """
    rows = await conn.fetch(
        """SELECT f.customer_id, f.p_alive, f.expected_high, f.order_value
             FROM forecasts f JOIN customers c ON c.id = f.customer_id
            WHERE f.p_alive < $1 AND c.state = 'active'
              AND (SELECT count(*) FROM (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.state = 'placed'
                                          LIMIT 2) two) = 2
              AND NOT EXISTS (SELECT 1 FROM work_items w WHERE w.lead_id = c.id AND w.kind = 'risk'
                                 AND w.opened_at > now() - $2::interval)
            ORDER BY f.order_value DESC, f.customer_id LIMIT $3 FOR UPDATE OF c SKIP LOCKED""",
        below,
        every,
        limit,
    )
    return [Falling(**dict(row)) for row in rows]
