"""The catalogue: products, their prices by date, and its way to tier 2."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.account_mgmt.actions.kinds import PRODUCT
from services.account_mgmt.actions.products import add_product, change_product, publish_again, set_price
from services.account_mgmt.repository import products
from services.account_mgmt.routes.access import READERS, SUPERVISOR
from services.account_mgmt.schemas.products import NewPrice, NewProduct, ProductChange, ProductDetail, ProductView
from services.chassis.http import Conn, Moment, Page, Pager, Who, if_match, new_router, tagged

router: APIRouter = new_router(tags=["catalogue"])
ProductId = Annotated[str, Path(max_length=64)]


@router.post("/products", status_code=201, dependencies=SUPERVISOR, summary="Add a product")
async def post_product(conn: Conn, who: Who, new: NewProduct) -> ProductView:
    """409 `duplicate` if the article number is taken. Tier 2 offers it as soon as it has heard of it."""
    return ProductView.of(await add_product(conn, new, who.person))


@router.get("/products", dependencies=READERS, summary="The catalogue")
async def list_products(
    conn: Conn,
    pager: Pager,
    at: Annotated[Moment | None, Query(description="Prices of this moment; now, if not given.")] = None,
    active: Annotated[bool | None, Query()] = None,
) -> Page[ProductView]:
    """In order of entry."""
    found = await products.page(
        conn, at=at or datetime.now(UTC), active=active, limit=pager.limit + 1, after=pager.time_and_id()
    )
    views = [ProductView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda p: (p.created_at.isoformat(), p.id))


@router.get("/products/{product_id}", dependencies=[*READERS, tagged()], summary="One product with its prices")
async def get_product(conn: Conn, product_id: ProductId) -> ProductDetail:
    """The latest price first."""
    product = await products.get(conn, product_id)
    return ProductDetail.with_prices(product, await products.prices(conn, product_id))


_CHANGE = [*SUPERVISOR, if_match(get_product, PRODUCT, "product_id")]


@router.patch("/products/{product_id}", dependencies=_CHANGE, summary="Change a product")
async def patch_product(conn: Conn, who: Who, product_id: ProductId, body: ProductChange) -> ProductView:
    """Names, unit, tax, or whether it is offered."""
    return ProductView.of(await change_product(conn, product_id, body, who.person))


@router.post("/products/{product_id}/prices", status_code=201, dependencies=_CHANGE, summary="Set a price")
async def post_price(conn: Conn, who: Who, product_id: ProductId, body: NewPrice) -> ProductDetail:
    """From a moment on; what was invoiced and offered before keeps its price."""
    product, prices = await set_price(conn, product_id, body, who.person)
    return ProductDetail.with_prices(product, prices)


@router.post(
    "/catalogue/publish",
    status_code=202,
    response_class=Response,
    dependencies=SUPERVISOR,
    summary="Send the whole catalogue again",
)
async def post_publish(conn: Conn, who: Who) -> Response:
    """To tier 2, from its first version on; for a tier 2 that was set up from scratch."""
    await publish_again(conn, who.person)
    return Response(status_code=202)
