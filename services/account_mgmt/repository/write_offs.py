"""Differences and bank charges that were written off."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.write_offs import WriteOff, WriteOffKind
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

_WRITE_OFF = "SELECT w.*, i.currency FROM write_offs w JOIN invoices i ON i.id = w.invoice_id"


async def add(
    conn: Connection, invoice_id: str, amount: Decimal, *, kind: WriteOffKind, reason: str, by: str
) -> WriteOff:
    """Write off a part of an invoice that the caller holds, and whose sums are the caller's to change."""
    write_off_id = new_id()
    await conn.execute(
        "INSERT INTO write_offs (id, invoice_id, amount, kind, reason, written_by) VALUES ($1, $2, $3, $4, $5, $6)",
        write_off_id,
        invoice_id,
        amount,
        kind,
        reason,
        by,
    )
    return await get(conn, invoice_id, write_off_id)


async def get(conn: Connection, invoice_id: str, write_off_id: str) -> WriteOff:
    """One of an invoice. Raises NotFound."""
    row = await conn.fetchrow(f"{_WRITE_OFF} WHERE w.id = $1 AND w.invoice_id = $2", write_off_id, invoice_id)
    if row is None:
        raise NotFound(f"This invoice has no write-off {write_off_id}")
    return WriteOff.of(row)


async def undo(conn: Connection, write_off_id: str, *, reason: str, by: str, at: datetime) -> None:
    """It counts no more."""
    await conn.execute(
        "UPDATE write_offs SET undone_at = $2, undone_by = $3, undone_reason = $4 WHERE id = $1",
        write_off_id,
        at,
        by,
        reason,
    )


async def of_invoice(conn: Connection, invoice_id: str) -> list[WriteOff]:
    """What was written off of an invoice, in order, with what was undone."""
    return WriteOff.of_all(await conn.fetch(f"{_WRITE_OFF} WHERE w.invoice_id = $1 ORDER BY w.at, w.id", invoice_id))
