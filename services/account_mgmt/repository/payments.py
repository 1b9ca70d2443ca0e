"""Money on invoices: few statements, because a bank's file has thousands of transfers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.invoices import PayableInvoice, Payment
from services.account_mgmt.repository.invoice_sums import owed
from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound

BOOKED_AS = "coalesce((SELECT r.reference FROM payment_reversals r WHERE r.payment_id = p.id), p.reference)"
"""What the payment `p` was booked under, as SQL: when it is reversed it gives its reference up to its reversal."""
BY_BANK = f"""EXISTS (SELECT 1 FROM bank_bookings b JOIN bank_transfers t ON t.id = b.transfer_id
                      WHERE b.invoice_id = p.invoice_id AND {BOOKED_AS} IN (t.reference, 'transfer:' || t.id))"""  # noqa: S608 - a constant
"""The condition that the payment `p` came with a bank statement, as SQL."""
_PAYMENT = f"""
SELECT p.id, p.amount, coalesce(r.reference, p.reference) AS reference, p.paid_at, {BY_BANK} AS by_bank,
       CASE WHEN r.payment_id IS NOT NULL THEN to_jsonb(r) END AS reversal, f.number AS moved_from,
       ARRAY(SELECT oi.number FROM bank_bookings b JOIN bank_transfers t ON t.id = b.transfer_id
               JOIN bank_bookings ob ON ob.transfer_id = t.id AND ob.invoice_id <> p.invoice_id AND ob.undone_at IS NULL
               JOIN invoices oi ON oi.id = ob.invoice_id
              WHERE b.invoice_id = p.invoice_id AND b.undone_at IS NULL AND p.reversed_at IS NULL
                AND p.reference IN (t.reference, 'transfer:' || t.id) ORDER BY oi.number) AS also_paid
  FROM payments p LEFT JOIN payment_reversals r ON r.payment_id = p.id
  LEFT JOIN surplus_moves m ON m.payment_id = p.id LEFT JOIN invoices f ON f.id = m.from_invoice
"""  # noqa: S608 - a constant


async def payable(conn: Connection, invoice_id: str) -> PayableInvoice:
    """The invoice, held until this transaction ends. Raises NotFound."""
    row = await conn.fetchrow(
        """SELECT i.state, i.currency, i.customer_id, i.issued_at, o.id AS order_id, o.deal_id, o.total
             FROM invoices i JOIN orders o ON o.id = i.order_id WHERE i.id = $1 FOR UPDATE OF i""",
        invoice_id,
    )
    if row is None:
        raise NotFound(f"There is no invoice {invoice_id}")
    return PayableInvoice.of(row)


async def of_invoice(conn: Connection, invoice_id: str) -> list[Payment]:
    """The payments of an invoice as they were written, with those that were reversed."""
    rows = await conn.fetch(f"{_PAYMENT} WHERE p.invoice_id = $1 ORDER BY p.created_at, p.id", invoice_id)
    return Payment.of_all(rows)


async def spelled(conn: Connection, invoice_id: str, reference: str) -> str:
    """The reference as this invoice holds it already, in capitals or small letters; else as it is."""
    found: str | None = await conn.fetchval(
        """SELECT reference FROM payments WHERE invoice_id = $1 AND lower(reference) = lower($2)
            ORDER BY reference <> $2 LIMIT 1""",
        invoice_id,
        reference,
    )
    return found or reference


async def booked(conn: Connection, invoice_id: str, reference: str) -> Decimal:
    """How much was booked on an invoice under a reference that it holds."""
    amount: Decimal = await conn.fetchval(
        "SELECT amount FROM payments WHERE invoice_id = $1 AND reference = $2", invoice_id, reference
    )
    return amount


async def add(
    conn: Connection, invoice_id: str, amount: Decimal, *, reference: str, paid_at: datetime | None, by: str
) -> tuple[str, str, datetime] | None:
    """Book money once per reference; the invoice is paid when nothing is open.

    The payment's id, the invoice's state after it, and when the money came; None if the reference was booked before.
    """
    row = await conn.fetchrow(
        f"""WITH booked AS (
               INSERT INTO payments (id, invoice_id, amount, reference, paid_at, taken_by)
               VALUES ($1, $2, $3, $4, coalesce($5, now()), $6) ON CONFLICT (invoice_id, reference) DO NOTHING
               RETURNING id, amount, paid_at)
           UPDATE invoices i SET paid = i.paid + booked.amount,
                  state = CASE WHEN i.state = 'open' AND {owed()} <= booked.amount THEN 'paid' ELSE i.state END
             FROM booked WHERE i.id = $2 RETURNING booked.id, i.state, booked.paid_at""",  # noqa: S608 - a constant
        new_id(),
        invoice_id,
        amount,
        reference,
        paid_at,
        by,
    )
    return (row["id"], row["state"], row["paid_at"]) if row else None


async def id_of(conn: Connection, invoice_id: str, reference: str) -> str:
    """The payment that an invoice holds under a reference."""
    payment_id: str = await conn.fetchval(
        "SELECT id FROM payments WHERE invoice_id = $1 AND reference = $2", invoice_id, reference
    )
    return payment_id
