"""Refunds: money of an invoice that was given back, and how much may be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.invoices import ZERO, Invoice
from services.chassis.errors import Invalid
from services.chassis.records import Record


class Refund(Record):
    """A refund, and how much of the invoice's money was given back so far."""

    id: str
    invoice_id: str
    amount: Decimal
    refunded: Decimal
    currency: str
    reference: str
    reason: str
    made_by: str
    made_at: datetime
    credit_note_id: str | None = None


def check_refund(invoice: Invoice, amount: Decimal, earlier: Sequence[Refund], credit_note_id: str | None) -> None:
    """Whether so much may be given back: at most `refundable`, and at most what its credit note has taken back.

    Raises Invalid on `amount.amount` or `credit_note_id`.
    """
    if amount > invoice.refundable:
        was = (
            f"{invoice.refundable} is too much"
            if invoice.surplus or invoice.refunded
            else f"{invoice.refundable} was paid"
        )
        raise Invalid(f"At most {was} and can be given back; a credit note makes more of it", field="amount.amount")
    if credit_note_id is None:
        return
    note = next((one for one in invoice.credit_notes if one.id == credit_note_id), None)
    if note is None:
        raise Invalid("This invoice has no such credit note", field="credit_note_id")
    left = note.amount - sum((one.amount for one in earlier if one.credit_note_id == note.id), ZERO)
    if amount > left:
        raise Invalid(f"Of credit note {note.number}, {left} was not given back yet", field="amount.amount")
