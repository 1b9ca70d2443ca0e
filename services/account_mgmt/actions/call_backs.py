"""Calls that wait to be returned: whoever has spoken with the customer has returned all of them."""

from __future__ import annotations

from services.account_mgmt.repository import work
from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.events import publish

CALL = "inbound"


async def end_call_backs(conn: Connection, customer_id: str, by: str) -> list[str]:
    """Every call of this customer is returned; the ids of the items that were open."""
    waiting = await work.open_ids(conn, customer_id, CALL)
    for item_id in waiting:
        await work_items.complete(conn, item_id, person=by, result="answered", any_person=True)
        await publish(conn, "work.closed", item_id=item_id, customer_id=customer_id, by=by)
    return waiting
