"""Needs of customers: recorded and changed."""

from __future__ import annotations

from services.account_mgmt.actions.ownership import check_owner
from services.account_mgmt.domain.needs import Need
from services.account_mgmt.repository import customers, needs, products
from services.account_mgmt.schemas.needs import NeedChange, NewNeed
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish

_MOST = 100


async def read_needs(conn: Connection, customer_id: str) -> list[Need]:
    """A customer's needs with their history: the open ones first, then the latest."""
    found = await needs.page(conn, customer_id, state=None, limit=_MOST, after=None)
    return sorted(found, key=lambda need: (need.state != "open", -need.created_at.timestamp()))


async def record_need(conn: Connection, who: Principal, customer_id: str, new: NewNeed) -> Need:
    """Record a need. Raises NotFound, Forbidden (`not_owner`), Invalid for an unknown product."""
    await check_owner(conn, who, await customers.get(conn, customer_id))
    if new.product_id and not await products.known(conn, [new.product_id]):
        raise Invalid(f"There is no product {new.product_id}", field="product_id")
    need = await needs.add(conn, customer_id, new.text, new.product_id, who.person)
    await publish(conn, "customer.changed", customer_id=customer_id)
    return need


async def change_need(conn: Connection, who: Principal, need_id: str, to: NeedChange) -> Need:
    """Reword a need, or say that it was met or is gone. Raises NotFound, Forbidden (`not_owner`)."""
    need = await needs.get(conn, need_id)
    await check_owner(conn, who, await customers.get(conn, need.customer_id, lock=True))
    await publish(conn, "customer.changed", customer_id=need.customer_id)
    return await needs.change(conn, need_id, text=to.text, state=to.state, note=to.note, by=who.person)
