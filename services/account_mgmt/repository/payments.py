"""Money on invoices: few statements, because a bank's file has thousands of transfers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.invoices import PayableInvoice
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

BY_BANK = """EXISTS (SELECT 1 FROM bank_bookings b JOIN bank_transfers t ON t.id = b.transfer_id
                     WHERE b.invoice_id = p.invoice_id AND p.reference IN (t.reference, 'transfer:' || t.id))"""
"""The condition that the payment `p` came with a bank statement, as SQL."""


async def payable(conn: Connection, invoice_id: str) -> PayableInvoice:
    """The invoice, held until this transaction ends. Raises NotFound."""
    row = await conn.fetchrow(
        """SELECT i.state, i.currency, i.customer_id, o.id AS order_id, o.deal_id, o.total
             FROM invoices i JOIN orders o ON o.id = i.order_id WHERE i.id = $1 FOR UPDATE OF i""",
        invoice_id,
    )
    if row is None:
        raise NotFound(f"There is no invoice {invoice_id}")
    return PayableInvoice.of(row)


async def add(
    conn: Connection, invoice_id: str, amount: Decimal, *, reference: str, paid_at: datetime | None, by: str
) -> tuple[str, str, datetime] | None:
    """Book money once per reference; the invoice is paid when nothing is open.

    The payment's id, the invoice's state after it, and when the money came; None if the reference was booked before.
    """
    row = await conn.fetchrow(
        """WITH booked AS (
               INSERT INTO payments (id, invoice_id, amount, reference, paid_at, taken_by)
               VALUES ($1, $2, $3, $4, coalesce($5, now()), $6) ON CONFLICT (invoice_id, reference) DO NOTHING
               RETURNING id, amount, paid_at)
           UPDATE invoices i SET paid = i.paid + booked.amount,
                  state = CASE WHEN i.state = 'open' AND i.paid + booked.amount + i.credited >= i.total THEN 'paid'
                               ELSE i.state END
             FROM booked WHERE i.id = $2 RETURNING booked.id, i.state, booked.paid_at""",
        new_id(),
        invoice_id,
        amount,
        reference,
        paid_at,
        by,
    )
    return (row["id"], row["state"], row["paid_at"]) if row else None
