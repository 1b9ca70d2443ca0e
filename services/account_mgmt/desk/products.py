"""The catalogue's pages: what is sold, how it is taxed, and what it costs from when on."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from services.account_mgmt.actions.catalogue_pages import read_catalogue_page, read_product_page
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.products import add_product, change_product, set_price, withdraw_price
from services.account_mgmt.desk.places import SETTERS, SETTINGS, SUPERVISION, SUPERVISOR
from services.account_mgmt.desk.product_forms import PriceForm, ProductForm, WithdrawForm
from services.account_mgmt.schemas.products import ProductChange
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import DomainError
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.formats import zone_of
from services.chassis.web.refusals import field_errors
from services.chassis.web.seen import told_of
from services.chassis.web.site import is_lively, words_for

router: APIRouter = page_router("/desk/settings/products")
ProductId = Annotated[str, Path(max_length=64)]
_ACTIVE: dict[str, bool | None] = {"offered": True, "not": False, "all": None}


@router.get("", dependencies=SUPERVISION)
async def listed(
    request: Request,
    conn: Conn,
    who: Who,
    q: Annotated[str, Query(max_length=100)] = "",
    show: Literal["offered", "not", "all"] = "offered",
    after: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Products by article number."""
    found = await read_catalogue_page(conn, text=q.strip(), active=_ACTIVE[show], after=after or None)
    return await _page(request, conn, who, "settings/products.j2", found=found, q=q, show=show)


@router.get("/new", dependencies=SUPERVISOR)
async def empty(request: Request, conn: Conn, who: Who) -> Response:
    """The empty form."""
    return await _page(request, conn, who, "settings/product_new.j2", form=ProductForm())


@router.post("/new", dependencies=SETTERS)
async def add(request: Request, conn: Conn, who: Who, form: Annotated[ProductForm, Form()]) -> Response:
    """Add it; tier 2 can offer it within seconds."""
    try:
        async with conn.transaction():
            product = await add_product(conn, form.told_new(), who.person)
    except DomainError as error:
        if is_lively(request):
            raise
        refused = {"errors": field_errors(error), "status": error.status}
        return await _page(request, conn, who, "settings/product_new.j2", form=form, **refused)
    said = words_for(request)("%(name)s is in the catalogue.") % {"name": product.name}
    return await web_of(request).after(request, _place(product.id), partial(_show, request, conn, who, product.id),
                                       said=said)  # fmt: skip


@router.get("/{product_id}", dependencies=SUPERVISION)
async def one(request: Request, conn: Conn, who: Who, product_id: ProductId) -> Response:
    """What it is, what it costs from when on, and who changed what."""
    return await _show(request, conn, who, product_id)


@router.post("/{product_id}", dependencies=SETTERS)
async def save(
    request: Request, conn: Conn, who: Who, product_id: ProductId, form: Annotated[ProductForm, Form()]
) -> Response:
    """Names, unit and tax."""
    try:
        async with conn.transaction():
            await change_product(conn, product_id, form.told(), who.person, seen=form.seen)
    except DomainError as error:
        if is_lively(request):
            raise
        return await _show(request, conn, who, product_id, form=told_of(error, form), error=error)
    return await _after(request, conn, who, product_id, words_for(request)("Written down."))


@router.post("/{product_id}/offer", dependencies=SETTERS)
async def offer(
    request: Request, conn: Conn, who: Who, product_id: ProductId, active: Annotated[bool, Form()]
) -> Response:
    """It is offered again, or no longer."""
    await change_product(conn, product_id, ProductChange(active=active), who.person)
    _ = words_for(request)
    said = _("It is offered again.") if active else _("It is no longer offered.")
    return await _after(request, conn, who, product_id, said)


@router.post("/{product_id}/prices", dependencies=SETTERS)
async def price(
    request: Request, conn: Conn, who: Who, product_id: ProductId, form: Annotated[PriceForm, Form()]
) -> Response:
    """A price from a day on, or from now."""
    try:
        zone = ZoneInfo((await read_product_page(conn, product_id, datetime.now(UTC))).zone)
        async with conn.transaction():
            await set_price(conn, product_id, form.told(zone, datetime.now(UTC)), who.person)
    except DomainError as error:
        if is_lively(request):
            raise
        return await _show(request, conn, who, product_id, price_form=form, error=error)
    return await _after(request, conn, who, product_id, words_for(request)("The price is set."))


@router.post("/{product_id}/prices/withdraw", dependencies=SETTERS)
async def withdraw(
    request: Request, conn: Conn, who: Who, product_id: ProductId, form: Annotated[WithdrawForm, Form()]
) -> Response:
    """A price to come does not come."""
    await withdraw_price(conn, product_id, form.currency, form.since, who.person)
    return await _after(request, conn, who, product_id, words_for(request)("That price is taken back."))


def _place(product_id: str) -> str:
    return f"{SETTINGS}/products/{product_id}"


async def _after(request: Request, conn: Connection, who: Principal, product_id: str, said: str) -> Response:
    show = partial(_show, request, conn, who, product_id)
    return await web_of(request).after(request, _place(product_id), show, said=said)


async def _show(
    request: Request,
    conn: Connection,
    who: Principal,
    product_id: str,
    *,
    form: ProductForm | None = None,
    price_form: PriceForm | None = None,
    error: DomainError | None = None,
) -> Response:
    page = await read_product_page(conn, product_id, datetime.now(UTC))
    shown = {
        "page": page,
        "form": form or ProductForm.of(page.product),
        "price_form": price_form or PriceForm(currency=page.product.currency),
        "zone": zone_of(page.zone),
        "errors": field_errors(error) if error else {},
        "refused": error,
        "status": error.status if error else 200,
    }
    return await _page(request, conn, who, "settings/product.j2", **shown)


async def _page(request: Request, conn: Connection, who: Principal, template: str, **shown: Any) -> Response:
    bar = await read_bar(conn, who, datetime.now(UTC))
    return web_of(request).pages.answer(request, template, bar=bar, acts=who.role == "supervisor", **shown)
