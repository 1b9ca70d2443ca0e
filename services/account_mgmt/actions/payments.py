"""Money arrives on an invoice: one way in for what a person types and for what a bank statement says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from services.account_mgmt.actions.commission_events import report_money, sale_event
from services.account_mgmt.actions.invoices import end_asking, tell_changed
from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.domain.invoices import Invoice, check_amount, check_paid_at
from services.account_mgmt.domain.references import check_same
from services.account_mgmt.repository import invoices, payments
from services.account_mgmt.repository.policies import policies
from services.account_mgmt.schemas import webhooks
from services.account_mgmt.schemas.invoices import NewPayment
from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.webhooks import announce
from workflows.contracts import ids
from workflows.contracts.account_mgmt import InvoicePaid
from workflows.contracts.base import Money
from workflows.contracts.commission import MoneyKind


@dataclass(frozen=True)
class TakenPayment:
    """An invoice after a payment; `is_new` is false if its reference was booked before, and nothing changed."""

    invoice: Invoice
    is_new: bool


async def take_payment(conn: Connection, who: Principal, invoice_id: str, new: NewPayment) -> TakenPayment:
    """Book what a person types in. Raises Forbidden (`not_owner`), Invalid on `paid_at`, and as `book_payment` does."""
    await check_owner_of_invoices(conn, who, [invoice_id])
    invoice, zone = await payments.payable(conn, invoice_id), (await policies.rules(conn)).zone
    check_paid_at(new.paid_at, invoice.issued_at, datetime.now(UTC), zone)
    is_new = await book_payment(
        conn, invoice_id, new.amount, reference=new.reference, paid_at=new.paid_at, by=who.person
    )
    return TakenPayment(await invoices.get(conn, invoice_id), is_new)


async def add_payment(conn: Connection, who: Principal, invoice_id: str, new: NewPayment) -> Invoice:
    """Like `take_payment`, and the invoice after it."""
    return (await take_payment(conn, who, invoice_id, new)).invoice


async def book_payment(
    conn: Connection, invoice_id: str, amount: Money, *, reference: str, paid_at: datetime | None, by: str
) -> bool:
    """Book money on an invoice once per `reference`, and tell its workflow and the commission ledger of it.

    What is too much stays on the invoice as credit. `paid_at` none is now. False if this reference was booked on the
    invoice before: nothing changes then. Raises NotFound; Invalid for another currency or an amount that is not above
    zero; Conflict (`wrong_state`) for a void invoice, (`other_amount`) if the reference was booked with another amount.
    """
    invoice = await payments.payable(conn, invoice_id)
    check_amount(amount, invoice.currency)
    if invoice.state == "void":
        raise Conflict("The invoice is void", code="wrong_state", detail={"state": invoice.state})
    # Nobody types a reference twice in the same way.
    reference = await payments.spelled(conn, invoice_id, reference)
    booked = await payments.add(conn, invoice_id, amount.amount, reference=reference, paid_at=paid_at, by=by)
    if booked is None:
        before = await payments.booked(conn, invoice_id, reference)
        check_same("Payment", reference, booked=before, asked=amount.amount, currency=invoice.currency)
        return False
    payment_id, state, came_at = booked
    event_id = f"payment:{payment_id}"
    money = sale_event(MoneyKind.PAID, invoice, key=event_id, amount=amount.amount, at=came_at)
    answer = InvoicePaid(
        event_id=event_id, at=datetime.now(UTC), by=by, invoice_id=invoice_id, settled=state != "open", money=money
    )
    await outbox.signal(conn, ids.customer(invoice.customer_id), "invoice_paid", answer, when_missing="drop")
    await report_money(conn, money)
    if state != "open":
        await end_asking(conn, invoice_id, invoice.customer_id)
    if (invoice.state, state) == ("open", "paid"):
        total = Money(amount=invoice.total, currency=invoice.currency)
        paid = webhooks.InvoicePaid(
            customer_id=invoice.customer_id, invoice_id=invoice_id, total=total, payment_id=payment_id, paid_at=came_at
        )
        await announce(conn, paid, key=event_id, at=answer.at)
    await tell_changed(conn, invoice_id, invoice.customer_id)
    return True
