"""Money that was given back."""

from __future__ import annotations

from decimal import Decimal

from services.account_mgmt.domain.refunds import Refund
from services.chassis.db import Connection, new_id


async def find(conn: Connection, invoice_id: str, reference: str) -> Refund | None:
    """The refund of an invoice with this reference, or none."""
    row = await conn.fetchrow(
        """SELECT r.*, i.refunded, i.currency FROM refunds r JOIN invoices i ON i.id = r.invoice_id
            WHERE r.invoice_id = $1 AND lower(r.reference) = lower($2) ORDER BY r.reference <> $2 LIMIT 1""",
        invoice_id,
        reference,
    )
    return Refund.maybe(row)


async def of_invoice(conn: Connection, invoice_id: str) -> list[Refund]:
    """What was given back of an invoice, in order."""
    rows = await conn.fetch(
        """SELECT r.*, i.refunded, i.currency FROM refunds r JOIN invoices i ON i.id = r.invoice_id
            WHERE r.invoice_id = $1 ORDER BY r.made_at, r.id""",
        invoice_id,
    )
    return Refund.of_all(rows)


async def add(
    conn: Connection,
    invoice_id: str,
    amount: Decimal,
    *,
    reference: str,
    reason: str,
    by: str,
    credit_note_id: str | None = None,
) -> Refund:
    """Book a refund of an invoice that the caller has locked, and whose sums are the caller's to change."""
    row = await conn.fetchrow(
        """INSERT INTO refunds (id, invoice_id, amount, reference, reason, made_by, credit_note_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           RETURNING *, (SELECT refunded FROM invoices WHERE id = $2) + $3 AS refunded,
                     (SELECT currency FROM invoices WHERE id = $2) AS currency""",
        new_id(),
        invoice_id,
        amount,
        reference,
        reason,
        by,
        credit_note_id,
    )
    return Refund.of(row)
