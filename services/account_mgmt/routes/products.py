"""The catalogue: products, their prices by date, and its way to tier 2."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from services.account_mgmt.actions.products import publish_catalogue
from services.account_mgmt.repository import products
from services.account_mgmt.schemas.products import (
    NewPrice,
    NewProduct,
    ProductChange,
    ProductDetail,
    ProductView,
)
from services.chassis.errors import Conflict, Invalid
from services.chassis.http import Conn, Page, Pager, Who, allow, new_router

router: APIRouter = new_router(tags=["catalogue"])
SUPERVISOR = [allow("supervisor")]
STAFF = [allow("account_manager", "supervisor", "ops")]
ProductId = Annotated[str, Path(max_length=64)]


@router.post("/products", status_code=201, dependencies=SUPERVISOR, summary="Add a product")
async def add_product(conn: Conn, who: Who, new: NewProduct) -> ProductView:
    """409 `duplicate` if the article number is taken. Tier 2 offers it as soon as it has heard of it."""
    if new.price.amount < 0:
        raise Invalid("A price is not negative", field="price.amount")
    product = await products.add(conn, new, who.person)
    if product is None:
        raise Conflict(f"There is already a product {new.id}", code="duplicate", field="id")
    await publish_catalogue(conn, product.version, who.person)
    return product


@router.get("/products", dependencies=STAFF, summary="The catalogue")
async def list_products(
    conn: Conn,
    pager: Pager,
    at: Annotated[AwareDatetime | None, Query(description="Prices of this moment; now, if not given.")] = None,
    active: Annotated[bool | None, Query()] = None,
) -> Page[ProductView]:
    """In order of entry."""
    found = await products.page(
        conn, at=at or datetime.now(UTC), active=active, limit=pager.limit + 1, after=pager.time_and_id()
    )
    return Page.of(found, pager.limit, key=lambda p: (p.created_at.isoformat(), p.id))


@router.get("/products/{product_id}", dependencies=STAFF, summary="One product with its prices")
async def get_product(conn: Conn, product_id: ProductId) -> ProductDetail:
    """The latest price first."""
    product = await products.get(conn, product_id)
    return ProductDetail(**product.model_dump(), prices=await products.prices(conn, product_id))


@router.patch("/products/{product_id}", dependencies=SUPERVISOR, summary="Change a product")
async def change_product(conn: Conn, who: Who, product_id: ProductId, body: ProductChange) -> ProductView:
    """Names, unit, tax, or whether it is offered."""
    product = await products.change(conn, product_id, body.model_dump(exclude_none=True))
    await publish_catalogue(conn, product.version, who.person)
    return product


@router.post("/products/{product_id}/prices", status_code=201, dependencies=SUPERVISOR, summary="Set a price")
async def set_price(conn: Conn, who: Who, product_id: ProductId, body: NewPrice) -> ProductDetail:
    """From a moment on; what was invoiced and offered before keeps its price."""
    if body.price.amount < 0:
        raise Invalid("A price is not negative", field="price.amount")
    valid_from = body.valid_from or datetime.now(UTC)
    product = await products.set_price(conn, product_id, body.price, valid_from, who.person)
    await publish_catalogue(conn, product.version, who.person)
    return ProductDetail(**product.model_dump(), prices=await products.prices(conn, product_id))


@router.post("/catalogue/publish", status_code=202, dependencies=SUPERVISOR, summary="Send the whole catalogue again")
async def publish_all(conn: Conn, who: Who) -> Response:
    """To tier 2, from its first version on; for a tier 2 that was set up anew."""
    await publish_catalogue(conn, await products.version(conn), who.person, since=0, again=True)
    return Response(status_code=202)
