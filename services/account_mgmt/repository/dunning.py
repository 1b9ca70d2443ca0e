"""The steps of dunning, as they were taken."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.dunning import DunningStep
from services.account_mgmt.domain.policy import Way
from services.chassis.db import Connection


async def add(conn: Connection, invoice_id: str, level: int, way: Way, next_at: datetime) -> None:
    """Record a step, and the invoice's level with it; the same step again changes nothing."""
    await conn.execute(
        """INSERT INTO dunning_steps (invoice_id, level, way, next_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (invoice_id, level) DO NOTHING""",
        invoice_id,
        level,
        way,
        next_at,
    )
    await conn.execute("UPDATE invoices SET dunning = greatest(dunning, $2) WHERE id = $1", invoice_id, level)


async def steps(conn: Connection, invoice_id: str) -> list[DunningStep]:
    """The steps of an invoice in their order."""
    rows = await conn.fetch("SELECT * FROM dunning_steps WHERE invoice_id = $1 ORDER BY level", invoice_id)
    return DunningStep.of_all(rows)
