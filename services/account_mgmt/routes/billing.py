"""How a customer's invoices are sent."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.billing import choose_e_invoice
from services.account_mgmt.actions.kinds import CUSTOMER
from services.account_mgmt.routes.access import WRITERS
from services.account_mgmt.routes.customers import get_customer
from services.account_mgmt.schemas.billing import EInvoiceChoice
from services.account_mgmt.schemas.customers import CustomerView
from services.chassis.http import Conn, Id, Who, if_match, new_router

router: APIRouter = new_router(tags=["customers"])


@router.put(
    "/customers/{customer_id}/e-invoice",
    dependencies=[*WRITERS, if_match(get_customer, CUSTOMER, "customer_id")],
    summary="How the customer wants e-invoices",
)
async def put_e_invoice(conn: Conn, who: Who, customer_id: Id, body: EInvoiceChoice) -> CustomerView:
    """From now on their invoices go out so by mail; one that lacks something is refused, with what it lacks."""
    return CustomerView.of(await choose_e_invoice(conn, who, customer_id, body.e_invoice))
