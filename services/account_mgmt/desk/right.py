"""The right column of the desk: a new order, and the customer's invoices."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import Response

from services.account_mgmt.actions.customer_money import read_customer_money
from services.account_mgmt.actions.order_drafts import read_order_desk
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.door import web_of

_NOTHING: dict[str, Any] = {"added": "", "unknown": "", "placed": None}
"""A line that was just added, a product that nobody knows, an order that was just placed."""


async def right_column(conn: Connection, who: Principal, customer_id: str) -> dict[str, Any]:
    """What `_right.j2` shows of this customer, by the names it knows it by."""
    return {
        **_NOTHING,
        "order": await read_order_desk(conn, who, customer_id),
        "money": await read_customer_money(conn, customer_id),
    }


async def show_order(request: Request, conn: Connection, who: Principal, customer_id: str, **shown: Any) -> Response:
    """The card of the new order, as a part of the page that is there."""
    order = await read_order_desk(conn, who, customer_id)
    return web_of(request).pages.parts(request, {"order": "order_card.j2"}, **{**_NOTHING, "order": order, **shown})


async def show_money(request: Request, conn: Connection, customer_id: str) -> Response:
    """The card of the customer's invoices, as a part of the page that is there."""
    money = await read_customer_money(conn, customer_id)
    return web_of(request).pages.answer(request, "money_card.j2", money=money, chosen=customer_id)
