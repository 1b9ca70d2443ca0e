"""Customers who may be about to leave."""

from __future__ import annotations

from datetime import timedelta

from services.account_mgmt.domain.risks import Risk
from services.chassis.db import Connection


async def declining(conn: Connection, below: float, every: timedelta, limit: int) -> list[Risk]:
    """Active customers whose retention probability is below a limit, the most valuable first, locked.

    Left out is whoever had such a task within `every`, and whoever ordered only once: one order shows no rhythm.
    """
    rows = await conn.fetch(
        """SELECT f.customer_id, f.p_alive, f.expected_high, f.order_value,
                  c.segment, c.contact->>'size' AS size, c.account_manager
             FROM forecasts f JOIN customers c ON c.id = f.customer_id
            WHERE f.p_alive < $1 AND c.state = 'active'
              AND (SELECT count(*) FROM (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.state = 'placed'
                                          AND o.contract_id IS NULL LIMIT 2) two) = 2
              AND NOT EXISTS (SELECT 1 FROM work_items w WHERE w.lead_id = c.id AND w.kind = 'risk'
                                 AND w.opened_at > now() - $2::interval)
            ORDER BY f.order_value DESC, f.customer_id LIMIT $3 FOR UPDATE OF c SKIP LOCKED""",
        below,
        every,
        limit,
    )
    return Risk.of_all(rows)
