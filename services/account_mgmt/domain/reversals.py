"""A payment is undone: it was a mistake, or the bank took the money back. What was written stays."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.account_mgmt.domain.invoices import Invoice, Reversal
from services.chassis.errors import Conflict
from services.chassis.records import Record


class StandingPayment(Record):
    """A payment as reversing it needs it. `transfer_id` is the bank transfer that brought it, `moved_from` the invoice
    on which this money was too much; `reversal` what undid it before."""

    id: str
    invoice_id: str
    amount: Decimal
    reference: str
    paid_at: datetime
    transfer_id: str | None = None
    move_id: str | None = None
    moved_from: str | None = None
    reversal: Reversal | None = None


def check_reversible(invoice: Invoice, payment: StandingPayment) -> None:
    """Raises Conflict (`moved`) while a part of the money is on another invoice, to which it was moved."""
    if invoice.paid >= payment.amount:
        return
    raise Conflict(
        f"{payment.amount - invoice.paid:.2f} of this money is on another invoice, to which it was moved: "
        "reverse that payment there first",
        code="moved",
        detail={"invoice_id": invoice.id},
    )
