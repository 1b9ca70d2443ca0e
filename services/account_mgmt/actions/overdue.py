"""Invoices that were not paid by their date: other programs are told, once each."""

from __future__ import annotations

from services.account_mgmt.repository import invoices
from services.account_mgmt.schemas.webhooks import InvoiceOverdue
from services.chassis.db import Pool
from services.chassis.webhooks import announce

_PER_SWEEP = 200


async def tell_overdue(pool: Pool) -> int:
    """A periodic job: announce what has become overdue; how many."""
    async with pool.acquire() as conn, conn.transaction():
        found = await invoices.newly_overdue(conn, _PER_SWEEP)
        for invoice in found:
            await announce(conn, InvoiceOverdue.of(invoice), key=invoice.id, at=invoice.due_at)
    return len(found)
