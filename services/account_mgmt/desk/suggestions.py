"""What is never offered to a customer again, and may be after all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.account_mgmt.actions.never_offer import allow_again, never_offer_again
from services.account_mgmt.desk.page import go_on
from services.account_mgmt.desk.places import STAFF
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router
from services.chassis.web.site import words_for

router: APIRouter = page_router()
Product = Annotated[str, Form(max_length=64)]
Reason = Annotated[str, Form(max_length=300)]


@router.post("/customers/{customer_id}/never-offer", dependencies=STAFF)
async def never(
    request: Request, conn: Conn, who: Who, customer_id: Id, product_id: Product, reason: Reason = ""
) -> Response:
    """Never suggest this again; it is shown with its reason, and can be taken back."""
    await never_offer_again(conn, who, customer_id, product_id, reason.strip() or None)
    _ = words_for(request)
    return await go_on(request, conn, who, stay=customer_id, said=_("Never suggested to them again."))


@router.post("/customers/{customer_id}/offer-again", dependencies=STAFF)
async def again(request: Request, conn: Conn, who: Who, customer_id: Id, product_id: Product) -> Response:
    """They would like to hear of it after all."""
    await allow_again(conn, who, customer_id, product_id)
    _ = words_for(request)
    return await go_on(request, conn, who, stay=customer_id, said=_("It may be suggested to them again."))
