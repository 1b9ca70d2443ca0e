"""Refunds: money of an invoice is given back."""

from __future__ import annotations

from services.account_mgmt.actions.commission_events import sale_event
from services.account_mgmt.actions.invoice_sums import write_change
from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.domain.invoices import check_amount
from services.account_mgmt.domain.references import check_same
from services.account_mgmt.domain.refunds import Refund, check_refund
from services.account_mgmt.repository import invoices, orders, refunds
from services.account_mgmt.schemas.refunds import NewRefund
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.events import publish
from workflows.contracts.commission import MoneyKind


async def refund_invoice(conn: Connection, who: Principal, invoice_id: str, new: NewRefund) -> Refund:
    """Give money back, once per reference: what is too much, or, where nothing ever was, at most what was paid.

    A refund may name its credit note. One that gives back more than is too much opens the invoice again. Raises
    NotFound; Forbidden (`not_owner`); Invalid for another currency, a credit note of another invoice, or more than may
    be given back; Conflict (`other_amount`) for a reference that was booked with another amount.
    """
    by = who.person
    await check_owner_of_invoices(conn, who, [invoice_id])
    invoice = await invoices.get(conn, invoice_id, lock=True)
    check_amount(new.amount, invoice.currency)
    earlier = await refunds.find(conn, invoice_id, new.reference)
    if earlier is not None:
        check_same("Refund", new.reference, booked=earlier.amount, asked=new.amount.amount, currency=invoice.currency)
        return earlier
    check_refund(invoice, new.amount.amount, await refunds.of_invoice(conn, invoice_id), new.credit_note_id)
    refund = await refunds.add(
        conn, invoice_id, new.amount.amount,
        reference=new.reference, reason=new.reason, by=by, credit_note_id=new.credit_note_id,
    )  # fmt: skip
    sale = await orders.sale(conn, invoice.order_id)
    money = sale_event(MoneyKind.REFUNDED, sale, key=f"refund:{refund.id}", amount=refund.amount, at=refund.made_at)
    await write_change(conn, invoice, invoice.changed(refunded=refund.amount), money, by=by)
    await publish(conn, "invoice_refunded", invoice_id=invoice_id)
    return refund
