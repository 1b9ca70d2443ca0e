"""Refunds: money of an invoice is given back."""

from __future__ import annotations

from services.account_mgmt.actions.commission_events import report_money, sale_event
from services.account_mgmt.actions.invoices import tell_changed
from services.account_mgmt.actions.ownership import check_owner_of_invoices
from services.account_mgmt.domain.invoices import check_amount
from services.account_mgmt.domain.refunds import Refund
from services.account_mgmt.repository import invoices, orders, refunds
from services.account_mgmt.schemas.refunds import NewRefund
from services.chassis import outbox
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from workflows.contracts import ids
from workflows.contracts.account_mgmt import MoneyMoved
from workflows.contracts.commission import MoneyKind


async def refund_invoice(conn: Connection, who: Principal, invoice_id: str, new: NewRefund) -> Refund:
    """Give money back, at most what was paid, once per reference; commission of the sale is taken back with it.

    Raises NotFound; Forbidden (`not_owner`); Invalid for another currency or more than was paid.
    """
    by = who.person
    await check_owner_of_invoices(conn, who, [invoice_id])
    invoice = await invoices.get(conn, invoice_id, lock=True)
    check_amount(new.amount, invoice.currency)
    earlier = await refunds.find(conn, invoice_id, new.reference)
    if earlier is not None:
        return earlier
    if new.amount.amount > invoice.refundable:
        raise Invalid(f"At most {invoice.refundable} was paid and can be given back", field="amount.amount")
    refund = await refunds.add(conn, invoice_id, new.amount.amount, reference=new.reference, reason=new.reason, by=by)
    sale = await orders.sale(conn, invoice.order_id)
    money = sale_event(MoneyKind.REFUNDED, sale, key=f"refund:{refund.id}", amount=refund.amount, at=refund.made_at)
    answer = MoneyMoved(event_id=money.key, at=refund.made_at, by=by, money=money)
    await outbox.signal(conn, ids.customer(invoice.customer_id), "money_moved", answer, when_missing="drop")
    await report_money(conn, money)
    await publish(conn, "invoice_refunded", invoice_id=invoice_id)
    await tell_changed(conn, invoice_id, invoice.customer_id)
    return refund
