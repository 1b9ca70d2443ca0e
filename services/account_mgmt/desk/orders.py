"""A new order beside the customer's card: put together with live totals, sent with its invoice, or cancelled."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from itertools import zip_longest
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import Response

from services.account_mgmt.actions.order_drafts import (
    change_draft,
    order_from_draft,
    read_order_desk,
    search_products,
)
from services.account_mgmt.actions.orders import cancel_order
from services.account_mgmt.desk.invoices import show_invoice
from services.account_mgmt.desk.page import desk_page
from services.account_mgmt.desk.places import STAFF, customer_path, invoice_path
from services.account_mgmt.desk.right import show_order
from services.account_mgmt.domain.allowances import MOST
from services.account_mgmt.domain.draft_extras import DraftExtra
from services.account_mgmt.domain.order_drafts import MOST_LINES, TypedOrder
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import words_for

router: APIRouter = page_router()
Text = Annotated[str, Field(max_length=100)]
Words = Annotated[str, Field(max_length=200)]


class DraftForm(BaseModel):
    """The order form as it stands; `act` is the button that was pressed, with what it is about after a colon."""

    model_config = ConfigDict(extra="ignore")

    line: list[Text] = Field(default_factory=list, max_length=MOST_LINES)
    quantity: list[Text] = Field(default_factory=list, max_length=MOST_LINES)
    extra_sort: list[Text] = Field(default_factory=list, max_length=MOST)
    extra_value: list[Text] = Field(default_factory=list, max_length=MOST)
    extra_reason: list[Words] = Field(default_factory=list, max_length=MOST)
    extra_rate: list[Text] = Field(default_factory=list, max_length=MOST)
    note: str | None = Field(default=None, max_length=1000)
    act: Text = "keep"
    q: Text = ""

    @property
    def typed(self) -> TypedOrder:
        """What was typed, by line; a form of lines at one rate asks for no rate."""
        rows = zip_longest(self.extra_sort, self.extra_value, self.extra_reason, self.extra_rate, fillvalue="")
        extras = [DraftExtra(sort=sort, value=value, reason=why, rate=rate) for sort, value, why, rate in rows]
        return TypedOrder(dict(zip(self.line, self.quantity, strict=False)), self.note, extras)

    @property
    def what(self) -> tuple[str, str]:
        """(act, what it is about): the product on the button, else what was typed into the search."""
        act, _, about = self.act.partition(":")
        return act, about or self.q


class PlaceForm(DraftForm):
    """The order as it was confirmed, at the total that was shown."""

    total: Decimal = Field(max_digits=18, decimal_places=2)
    by_mail: bool = False
    corrects: Annotated[Id | None, BeforeValidator(lambda typed: typed or None)] = None


class CancelForm(BaseModel):
    """Why an order is cancelled, and the invoice on whose page that was said."""

    reason: str = Field(min_length=1, max_length=300)
    invoice_id: Id


@router.get("/customers/{customer_id}/order", dependencies=STAFF)
async def read(request: Request, conn: Conn, who: Who, customer_id: Id) -> Response:
    """The card of the new order alone, as a part of the desk."""
    return await show_order(request, conn, who, customer_id)


@router.get("/customers/{customer_id}/order/products", dependencies=STAFF)
async def find(
    request: Request, conn: Conn, customer_id: Id, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """What the catalogue has for these words, at this customer's prices."""
    currency, found = await search_products(conn, customer_id, q)
    return web_of(request).pages.answer(request, "products_found.j2", found=found, currency=currency, q=q.strip())


@router.put("/customers/{customer_id}/order", dependencies=STAFF)
async def keep(request: Request, conn: Conn, who: Who, customer_id: Id, form: Annotated[DraftForm, Form()]) -> Response:
    """While it is typed: keep it, and say what it comes to."""
    await change_draft(conn, who, customer_id, form.typed)
    order = await read_order_desk(conn, who, customer_id)
    return web_of(request).pages.answer(request, "order_live.j2", order=order)


@router.post("/customers/{customer_id}/order", dependencies=STAFF)
async def change(
    request: Request, conn: Conn, who: Who, customer_id: Id, form: Annotated[DraftForm, Form()]
) -> Response:
    """Add, remove or repeat lines, discounts and charges; what was typed is kept with them."""
    act, about = form.what
    added = await change_draft(conn, who, customer_id, form.typed, act, about)
    unknown = about.strip() if act == "add" and not added else ""
    show = partial(show_order, request, conn, who, customer_id, added=added, unknown=unknown)
    return await web_of(request).after(request, customer_path(customer_id), show)


@router.post("/customers/{customer_id}/orders", dependencies=STAFF)
async def place(
    request: Request, conn: Conn, who: Who, customer_id: Id, form: Annotated[PlaceForm, Form()]
) -> Response:
    """Order and invoice, all of it or nothing; the whole desk is fresh afterwards."""
    placed = await order_from_draft(
        conn, who, customer_id, form.typed, seen=form.total, by_mail=form.by_mail, corrects=form.corrects
    )
    show = partial(desk_page, request, conn, who, customer_id, placed=placed)
    return await web_of(request).after(request, customer_path(customer_id), show)


@router.post("/orders/{order_id}/cancel", dependencies=STAFF)
async def cancel(request: Request, conn: Conn, who: Who, order_id: Id, form: Annotated[CancelForm, Form()]) -> Response:
    """The order is not wanted any more; its invoice is voided, or what was paid is credited."""
    order = await cancel_order(conn, who, order_id, form.reason)
    place = invoice_path(order.invoice.id if order.invoice else form.invoice_id)
    show = partial(show_invoice, request, conn, who, form.invoice_id)
    _ = words_for(request)
    said = _("Order %(number)s is cancelled.") % {"number": order.number}
    return await web_of(request).after(request, place, show, said=said)
