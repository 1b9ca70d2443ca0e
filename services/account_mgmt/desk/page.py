"""The desk as a whole, answered by every act on it: today's list, the card of one customer, the right column."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import Response

from services.account_mgmt.actions.card import read_card
from services.account_mgmt.desk.right import right_column
from services.account_mgmt.repository import customers, nudges
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.web.door import web_of

_MOST = 100


async def desk_page(
    request: Request, conn: Connection, who: Principal, customer_id: str | None = None, **shown: Any
) -> Response:
    """The desk with this customer's card, or the first of today's; `shown` are further things for the templates."""
    found = await nudges.page(conn, state="open", manager=who.person, limit=_MOST, after=None)
    chosen = customer_id or (found[0].customer_id if found else None)
    known = {one.customer_id: await customers.get(conn, one.customer_id) for one in found}
    item = next((one for one in found if one.customer_id == chosen), None)
    context: dict[str, Any] = {
        "listed": found,
        "known": known,
        "chosen": chosen,
        "card": None,
        "item_id": item and item.item_id,
    }
    if chosen is not None:
        context["card"] = await read_card(conn, who, chosen)
        context |= await right_column(conn, who, chosen)
    return web_of(request).pages.answer(request, "account_desk.j2", **{**context, **shown})
