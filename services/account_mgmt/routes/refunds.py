"""Money given back to customers."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.refunds import refund_invoice
from services.account_mgmt.routes.access import SUPERVISOR
from services.account_mgmt.routes.invoices import CHANGE
from services.account_mgmt.schemas.refunds import NewRefund, RefundView
from services.chassis.http import Conn, Id, Who, new_router

router: APIRouter = new_router(tags=["invoices"])


@router.post(
    "/invoices/{invoice_id}/refunds", status_code=201, dependencies=[*SUPERVISOR, CHANGE], summary="Give money back"
)
async def post_refund(conn: Conn, who: Who, invoice_id: Id, new: NewRefund) -> RefundView:
    """At most what was paid. The same reference again changes nothing. Commission of the sale is taken back with it."""
    return RefundView.of(await refund_invoice(conn, who, invoice_id, new))
