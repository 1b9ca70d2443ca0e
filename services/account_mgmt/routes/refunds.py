"""Money given back to customers."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions import commission_events
from services.account_mgmt.repository import refunds, sales
from services.account_mgmt.schemas.refunds import NewRefund, RefundView
from services.chassis import outbox
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.chassis.http import Conn, Id, Who, allow, new_router
from workflows.contracts import ids
from workflows.contracts.account_mgmt import MoneyMoved
from workflows.contracts.commission import MoneyKind

router: APIRouter = new_router(tags=["sales"])


@router.post(
    "/invoices/{invoice_id}/refunds", status_code=201, dependencies=[allow("supervisor")], summary="Give money back"
)
async def add_refund(conn: Conn, who: Who, invoice_id: Id, new: NewRefund) -> RefundView:
    """At most what was paid. The same reference again changes nothing. Commission of the sale is taken back with it."""
    invoice = await sales.invoice(conn, invoice_id, lock=True)
    if new.amount.currency != invoice.total.currency:
        raise Invalid(f"The invoice is in {invoice.total.currency}", field="amount.currency")
    if new.amount.amount <= 0:
        raise Invalid("The amount must be above zero", field="amount.amount")
    earlier = await refunds.find(conn, invoice_id, new.reference)
    if earlier is not None:
        return earlier
    left = await refunds.refundable(conn, invoice_id)
    if new.amount.amount > left:
        raise Invalid(f"At most {left} was paid and can be given back", field="amount.amount")
    refund = await refunds.add(conn, invoice_id, new.amount.amount, new.reference, new.reason, who.person)
    money = await commission_events.of_order(
        conn, MoneyKind.REFUNDED, invoice.order_id, key=f"refund:{refund.id}", amount=refund.amount.amount,
        at=refund.made_at,
    )  # fmt: skip
    answer = MoneyMoved(event_id=money.key, at=refund.made_at, by=who.person, money=money)
    await outbox.signal(conn, ids.customer(invoice.customer_id), "money_moved", answer, when_missing="drop")
    await publish(conn, "invoice_refunded", invoice_id=invoice_id)
    return refund
