"""Payments that were undone, and what brought them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from services.account_mgmt.domain.bank.returns import ReturnedPayment
from services.account_mgmt.domain.invoices import Reversal
from services.account_mgmt.domain.reversals import StandingPayment
from services.account_mgmt.repository.payments import BOOKED_AS
from services.chassis.db import Connection
from services.chassis.errors import NotFound

_STANDING = f"""
SELECT p.id, p.invoice_id, p.amount, {BOOKED_AS} AS reference, p.paid_at, m.id AS move_id, m.from_invoice AS moved_from,
       (SELECT t.id FROM bank_bookings b JOIN bank_transfers t ON t.id = b.transfer_id
         WHERE b.invoice_id = p.invoice_id AND b.undone_at IS NULL AND p.reversed_at IS NULL
           AND p.reference IN (t.reference, 'transfer:' || t.id) LIMIT 1) AS transfer_id,
       (SELECT to_jsonb(r) FROM payment_reversals r WHERE r.payment_id = p.id) AS reversal
  FROM payments p LEFT JOIN surplus_moves m ON m.payment_id = p.id
"""  # noqa: S608 - a constant


async def standing(conn: Connection, invoice_id: str, payment_id: str) -> StandingPayment:
    """A payment of an invoice, with what reversing it concerns. Raises NotFound."""
    row = await conn.fetchrow(f"{_STANDING} WHERE p.id = $1 AND p.invoice_id = $2", payment_id, invoice_id)
    if row is None:
        raise NotFound(f"This invoice has no payment {payment_id}")
    return StandingPayment.of(row)


async def add(conn: Connection, payment: StandingPayment, reversal: Reversal, *, told_by: str | None) -> None:
    """Write that a payment counts no more; its reference is free for the same money, booked right.

    `told_by` is the bank's entry that took the money back. The invoice's sums are the caller's to change.
    """
    await conn.execute(
        """INSERT INTO payment_reversals (payment_id, invoice_id, amount, reference, kind, reason, transfer_id, told_by,
                                          reversed_by, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        payment.id,
        payment.invoice_id,
        payment.amount,
        payment.reference,
        reversal.kind,
        reversal.reason,
        payment.transfer_id,
        told_by,
        reversal.reversed_by,
        reversal.at,
    )
    await conn.execute(
        "UPDATE payments SET reversed_at = $2, reference = 'reversed:' || id WHERE id = $1", payment.id, reversal.at
    )


async def taken_back(conn: Connection, amount: Decimal, currency: str, day: date, since: date) -> list[ReturnedPayment]:
    """Payments of exactly this amount that came since a day, and still count: what the bank may have taken back."""
    rows = await conn.fetch(
        """SELECT p.id AS payment_id, i.id AS invoice_id, i.number, i.customer_id, p.reference, p.paid_at,
                  coalesce(t.payer_iban, '') AS payer_iban, coalesce(t.purpose, '') AS purpose,
                  coalesce(t.reference, '') AS bank_reference,
                  ARRAY(SELECT iban FROM payer_accounts a WHERE a.customer_id = i.customer_id) AS accounts
             FROM payments p JOIN invoices i ON i.id = p.invoice_id
             LEFT JOIN LATERAL (
                  SELECT o.payer_iban, o.purpose, o.reference
                    FROM bank_bookings b JOIN bank_transfers o ON o.id = b.transfer_id
                   WHERE b.invoice_id = p.invoice_id AND b.undone_at IS NULL
                     AND p.reference IN (o.reference, 'transfer:' || o.id) LIMIT 1) t ON true
            WHERE p.reversed_at IS NULL AND p.amount = $1 AND i.currency = $2
              AND p.paid_at < $3::date + 1 AND p.paid_at >= $4::date
              AND NOT EXISTS (SELECT FROM surplus_moves m WHERE m.payment_id = p.id)
            ORDER BY p.paid_at DESC, p.id LIMIT 200""",
        amount,
        currency,
        day,
        since,
    )
    return ReturnedPayment.of_all(rows)


async def transfers_taken_back(
    conn: Connection, amount: Decimal, currency: str, day: date, since: date
) -> list[ReturnedPayment]:
    """The payments of transfers of exactly this amount that paid several invoices since a day, and all still count."""
    rows = await conn.fetch(
        """SELECT * FROM (
               SELECT p.id AS payment_id, i.id AS invoice_id, i.number, i.customer_id, p.reference, p.paid_at,
                      t.payer_iban, t.purpose, t.reference AS bank_reference, t.id AS transfer_id,
                      ARRAY(SELECT iban FROM payer_accounts a WHERE a.customer_id = i.customer_id) AS accounts,
                      count(*) OVER (PARTITION BY t.id) AS parts, sum(p.amount) OVER (PARTITION BY t.id) AS together
                 FROM bank_transfers t JOIN bank_bookings b ON b.transfer_id = t.id AND b.undone_at IS NULL
                 JOIN invoices i ON i.id = b.invoice_id
                 JOIN payments p ON p.invoice_id = i.id AND p.reversed_at IS NULL
                      AND p.reference IN (t.reference, 'transfer:' || t.id)
                WHERE NOT t.reversal AND t.amount = $1 AND t.currency = $2 AND t.booked_on <= $3 AND t.booked_on >= $4
           ) paid WHERE parts > 1 AND together = $1 ORDER BY paid_at DESC, transfer_id, payment_id LIMIT 200""",
        amount,
        currency,
        day,
        since,
    )
    return ReturnedPayment.of_all(rows)


async def of_same_transfer(conn: Connection, payment_id: str) -> list[tuple[str, str]]:
    """(invoice, payment) of what the bank transfer that brought this payment paid besides, and still counts."""
    rows = await conn.fetch(
        """SELECT o.invoice_id, o.id FROM payments p
             JOIN bank_bookings b ON b.invoice_id = p.invoice_id
             JOIN bank_transfers t ON t.id = b.transfer_id
             JOIN bank_bookings ob ON ob.transfer_id = t.id AND ob.undone_at IS NULL
             JOIN payments o ON o.invoice_id = ob.invoice_id AND o.reversed_at IS NULL AND o.id <> p.id
                  AND o.reference IN (t.reference, 'transfer:' || t.id)
            WHERE p.id = $1 AND (t.id = (SELECT r.transfer_id FROM payment_reversals r WHERE r.payment_id = p.id)
                                 OR (b.undone_at IS NULL AND p.reference IN (t.reference, 'transfer:' || t.id)))
            ORDER BY o.invoice_id""",
        payment_id,
    )
    return [(row["invoice_id"], row["id"]) for row in rows]


async def undo_booking(conn: Connection, transfer_id: str, invoice_id: str, at: datetime) -> None:
    """What an invoice got of a transfer is not its any more."""
    amount = await conn.fetchval(
        """UPDATE bank_bookings SET undone_at = $3 WHERE transfer_id = $1 AND invoice_id = $2 AND undone_at IS NULL
           RETURNING amount""",
        transfer_id,
        invoice_id,
        at,
    )
    if amount is not None:
        await conn.execute("UPDATE bank_transfers SET booked = booked - $2 WHERE id = $1", transfer_id, amount)


async def forget_payer(conn: Connection, transfer_id: str, customer_id: str) -> None:
    """Unlearn that a transfer's account is this customer's, unless they paid from it otherwise."""
    await conn.execute(
        """DELETE FROM payer_accounts a USING bank_transfers t
            WHERE t.id = $1 AND a.iban = t.payer_iban AND a.customer_id = $2
              AND NOT EXISTS (SELECT FROM bank_bookings b JOIN bank_transfers o ON o.id = b.transfer_id
                                JOIN invoices i ON i.id = b.invoice_id
                               WHERE o.payer_iban = t.payer_iban AND i.customer_id = $2 AND b.undone_at IS NULL)""",
        transfer_id,
        customer_id,
    )
