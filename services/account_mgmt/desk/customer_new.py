"""A customer made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.account_mgmt.actions.customer_new import add_customer
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.desk.customer_forms import LANGUAGES, CustomerForm, of_form, values_of
from services.account_mgmt.desk.places import STAFF, customer_path
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.site import words_for

router: APIRouter = page_router()


@router.get("/customers/new", dependencies=STAFF)
async def empty(request: Request, conn: Conn, who: Who) -> Response:
    """The empty form."""
    return await _form(request, conn, who, CustomerForm())


@router.post("/customers/new", dependencies=STAFF)
async def make(request: Request, conn: Conn, who: Who, form: Annotated[CustomerForm, Form()]) -> Response:
    """Make them; whoever is a customer already is shown, with a way to say that they are two."""
    try:
        async with conn.transaction():
            customer = await add_customer(conn, who, form.told_new())
    except DomainError as error:
        return await _form(request, conn, who, form, of_form(error))
    _ = words_for(request)
    said = _("%(name)s is a customer now.") % {"name": customer.contact.company}
    return await web_of(request).after(request, f"{customer_path(customer.id)}/story", said=said)


async def _form(
    request: Request, conn: Connection, who: Principal, form: CustomerForm, error: DomainError | None = None
) -> Response:
    context: dict[str, Any] = {"values": values_of(form), "languages": LANGUAGES, "refused": error}
    context |= {"errors": field_errors(error) if error else {}, "bar": await read_bar(conn, who, datetime.now(UTC))}
    status = error.status if error else 200
    return web_of(request).pages.answer(request, "customer_new.j2", status=status, **context)
