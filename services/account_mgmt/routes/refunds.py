"""Money given back to customers."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.refunds import refund_invoice
from services.account_mgmt.repository import invoices, refunds
from services.account_mgmt.routes.access import READERS, SUPERVISOR
from services.account_mgmt.routes.invoices import CHANGE
from services.account_mgmt.schemas.refunds import NewRefund, RefundView
from services.chassis.http import Conn, Id, Page, Who, new_router

router: APIRouter = new_router(tags=["invoices"])


@router.post(
    "/invoices/{invoice_id}/refunds", status_code=201, dependencies=[*SUPERVISOR, CHANGE], summary="Give money back"
)
async def post_refund(conn: Conn, who: Who, invoice_id: Id, new: NewRefund) -> RefundView:
    """What is too much, once; where nothing ever was, at most what was paid: that opens the invoice again.

    The same reference again changes nothing, with another amount it is 409 `other_amount`. Commission of the sale is
    taken back as far as the sale is undone.
    """
    return RefundView.of(await refund_invoice(conn, who, invoice_id, new))


@router.get("/invoices/{invoice_id}/refunds", dependencies=READERS, summary="What was given back of an invoice")
async def list_refunds(conn: Conn, invoice_id: Id) -> Page[RefundView]:
    """In order, each with its credit note where it has one."""
    await invoices.get(conn, invoice_id)
    return Page(items=[RefundView.of(one) for one in await refunds.of_invoice(conn, invoice_id)], next=None)
