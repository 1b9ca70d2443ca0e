"""Who a customer is, edited by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.account_mgmt.actions.customer_edit import change_customer, read_to_edit
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.desk.customer_forms import LANGUAGES, CustomerForm, of_form, values_of
from services.account_mgmt.desk.customer_page import customer_page
from services.account_mgmt.desk.places import STAFF, customer_path
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import is_lively, words_for

router: APIRouter = page_router()


@router.get("/customers/{customer_id}/edit", dependencies=STAFF)
async def edit(request: Request, conn: Conn, who: Who, customer_id: Id) -> Response:
    """The form with what is known."""
    customer, seen = await read_to_edit(conn, who, customer_id)
    return await _form(request, conn, who, customer_id, CustomerForm.of(customer, seen))


@router.post("/customers/{customer_id}/edit", dependencies=STAFF)
async def save(
    request: Request, conn: Conn, who: Who, customer_id: Id, form: Annotated[CustomerForm, Form()]
) -> Response:
    """Write it down; what is refused stands beside its field, with everything that was typed."""
    try:
        async with conn.transaction():
            await change_customer(conn, who, customer_id, form.told(), seen=form.seen, worked_out=form.worked_out)
    except DomainError as error:
        if is_lively(request):
            raise of_form(error) from None
        return await _form(request, conn, who, customer_id, form, of_form(error))
    _ = words_for(request)
    said, place = _("Written down."), f"{customer_path(customer_id)}/story"
    show = partial(customer_page, request, conn, who, customer_id)
    return await web_of(request).after(request, place, show, said=said)


async def _form(
    request: Request, conn: Connection, who: Principal, customer_id: str, form: CustomerForm,
    error: DomainError | None = None,
) -> Response:  # fmt: skip
    context: dict[str, Any] = {"values": values_of(form), "languages": LANGUAGES, "chosen": customer_id}
    context |= {"errors": field_errors(error) if error else {}, "refused": error}
    context["bar"] = await read_bar(conn, who, datetime.now(UTC))
    status = error.status if error else 200
    return web_of(request).pages.answer(request, "customer_edit.j2", status=status, **context)
