"""Complaints of customers."""

from __future__ import annotations

from fastapi import APIRouter

from services.account_mgmt.actions.complaints import record_complaint
from services.account_mgmt.routes.access import LISTENERS
from services.account_mgmt.schemas.complaints import NewComplaint
from services.account_mgmt.schemas.work import WorkView
from services.chassis.http import Conn, Id, Who, new_router

router: APIRouter = new_router(tags=["work"])


@router.post(
    "/customers/{customer_id}/complaints", status_code=201, dependencies=LISTENERS, summary="The customer complains"
)
async def post_complaint(conn: Conn, who: Who, customer_id: Id, body: NewComplaint) -> WorkView:
    """Whoever hears it records it: it is urgent work of the account manager, and the customer is at risk."""
    return WorkView.of(await record_complaint(conn, customer_id, body.text, who.person))
