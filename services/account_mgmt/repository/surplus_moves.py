"""Money that was too much on one invoice, on another."""

from __future__ import annotations

from datetime import datetime

from services.account_mgmt.domain.surplus_moves import SurplusMove
from services.chassis.db import Connection

_MOVE = """
SELECT m.*, f.number AS from_number, t.number AS to_number, t.currency
  FROM surplus_moves m JOIN invoices f ON f.id = m.from_invoice JOIN invoices t ON t.id = m.to_invoice
"""


async def add(conn: Connection, move: SurplusMove) -> None:
    """Write a move; the invoices' sums and the payment are the caller's to write."""
    await conn.execute(
        """INSERT INTO surplus_moves (id, from_invoice, to_invoice, amount, reason, payment_id, moved_by, moved_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        move.id,
        move.from_invoice,
        move.to_invoice,
        move.amount,
        move.reason,
        move.payment_id,
        move.moved_by,
        move.moved_at,
    )


async def undo(conn: Connection, move_id: str, at: datetime) -> None:
    """The money is back where it came from."""
    await conn.execute("UPDATE surplus_moves SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL", move_id, at)


async def of_invoice(conn: Connection, invoice_id: str) -> list[SurplusMove]:
    """What was moved from this invoice, in order."""
    rows = await conn.fetch(f"{_MOVE} WHERE m.from_invoice = $1 ORDER BY m.moved_at, m.id", invoice_id)
    return SurplusMove.of_all(rows)
