"""Credit notes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.credit_notes import CreditNote
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound


async def add(
    conn: Connection,
    invoice_id: str,
    amount: Decimal,
    *,
    number: str,
    reason: str,
    by: str,
    at: datetime,
    reference: str | None = None,
) -> str:
    """Write a credit note; its id. The invoice's sums are the caller's to change."""
    note_id = new_id()
    await conn.execute(
        """INSERT INTO credit_notes (id, number, invoice_id, amount, reason, issued_by, issued_at, reference)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        note_id,
        number,
        invoice_id,
        amount,
        reason,
        by,
        at,
        reference,
    )
    return note_id


async def get(conn: Connection, note_id: str) -> CreditNote:
    """A credit note. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM credit_notes WHERE id = $1", note_id)
    if row is None:
        raise NotFound(f"There is no credit note {note_id}")
    return CreditNote.of(row)
