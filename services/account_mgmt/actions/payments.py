"""Booking money on an invoice: one way in for what a person types and for what a bank statement says."""

from __future__ import annotations

from datetime import UTC, datetime

from services.account_mgmt.actions import commission_events
from services.account_mgmt.repository import payments
from services.chassis import outbox
from services.chassis.db import Connection
from services.chassis.errors import Conflict, Invalid
from workflows.contracts import ids
from workflows.contracts.account_mgmt import InvoicePaid
from workflows.contracts.base import Money
from workflows.contracts.commission import MoneyKind


async def book(
    conn: Connection, invoice_id: str, amount: Money, reference: str, paid_at: datetime | None, by: str
) -> bool:
    """Book money on an invoice once per `reference`, and tell its workflow and the commission ledger of it.

    What is too much stays on the invoice as credit. `paid_at` none is now. False if this reference was booked on the
    invoice before: nothing changes then. Raises NotFound; Invalid for another currency or an amount that is not above
    zero; Conflict (`wrong_state`) for a void invoice.
    """
    invoice = await payments.payable(conn, invoice_id)
    check_amount(amount, invoice.currency)
    if invoice.state == "void":
        raise Conflict("The invoice is void", code="wrong_state", detail={"state": invoice.state})
    booked = await payments.add(conn, invoice_id, amount.amount, reference, paid_at, by)
    if booked is None:
        return False
    payment_id, state = booked
    event_id = f"payment:{payment_id}"
    money = commission_events.of_sale(
        MoneyKind.PAID, invoice.sale, key=event_id, amount=amount.amount, at=datetime.now(UTC)
    )
    answer = InvoicePaid(
        event_id=event_id, at=money.at, by=by, invoice_id=invoice_id, settled=state != "open", money=money
    )
    await outbox.signal(conn, ids.customer(invoice.sale.customer_id), "invoice_paid", answer, when_missing="drop")
    return True


def check_amount(amount: Money, currency: str) -> None:
    """Raises Invalid for another currency than the invoice's, or an amount that is not above zero."""
    if amount.currency != currency:
        raise Invalid(f"The invoice is in {currency}", field="amount.currency")
    if amount.amount <= 0:
        raise Invalid("The amount must be above zero", field="amount.amount")
