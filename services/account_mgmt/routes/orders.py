"""Orders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator

from services.account_mgmt.actions.kinds import ORDER
from services.account_mgmt.actions.orders import cancel_order, place_order
from services.account_mgmt.repository import customers, orders
from services.account_mgmt.routes.access import READERS, WRITERS
from services.account_mgmt.schemas.common import Reason
from services.account_mgmt.schemas.orders import NewOrder, OrderView
from services.chassis.http import Conn, Id, Page, Pager, Who, if_match, new_router, tagged
from services.chassis.meanings import storable

router: APIRouter = new_router(tags=["orders"])


@router.post("/customers/{customer_id}/orders", status_code=201, dependencies=WRITERS, summary="Take an order")
async def post_order(conn: Conn, who: Who, customer_id: Id, new: NewOrder) -> OrderView:
    """Order, invoice and the next nudge in one transaction."""
    return OrderView.of(await place_order(conn, who, customer_id, new))


@router.get("/customers/{customer_id}/orders", dependencies=READERS, summary="Orders of a customer")
async def list_orders(conn: Conn, pager: Pager, customer_id: Id) -> Page[OrderView]:
    """Oldest first."""
    await customers.get(conn, customer_id)
    found = await orders.page(conn, customer_id, limit=pager.limit + 1, after=pager.time_and_id())
    views = [OrderView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda o: (o.placed_at.isoformat(), o.id))


@router.get("/orders", dependencies=READERS, summary="Orders of a number")
async def find_orders(
    conn: Conn, pager: Pager, number: Annotated[str, AfterValidator(storable), Query(max_length=60)] = ""
) -> Page[OrderView]:
    """Ours, and imported ones by the number that they had in the old system; oldest first."""
    found = await orders.numbered(conn, number, limit=pager.limit + 1, after=pager.time_and_id())
    views = [OrderView.of(one) for one in found]
    return Page.of(views, pager.limit, key=lambda o: (o.placed_at.isoformat(), o.id))


@router.get("/orders/{order_id}", dependencies=[*READERS, tagged()], summary="One order")
async def get_order(conn: Conn, order_id: Id) -> OrderView:
    """With its lines and its invoice."""
    return OrderView.of(await orders.get(conn, order_id))


_CHANGE = if_match(get_order, ORDER, "order_id")


@router.post("/orders/{order_id}/cancel", dependencies=[*WRITERS, _CHANGE], summary="Cancel an order")
async def post_cancel(conn: Conn, who: Who, order_id: Id, body: Reason) -> OrderView:
    """An unpaid invoice is voided; one with money on it gets a credit note. 409 if it is cancelled already."""
    return OrderView.of(await cancel_order(conn, who, order_id, body.reason))
