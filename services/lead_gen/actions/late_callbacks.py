"""Callbacks that are late: what one caller promised, anybody may keep."""

from __future__ import annotations

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.lead_gen.repository import calls


async def give_to_pool(conn: Connection, item_id: str, by: str) -> None:
    """Whoever is free makes this call next. Raises NotFound, Conflict `already_closed` once it is made or begun."""
    item = await work_items.get(conn, item_id)
    if item.kind != "call" or item.state != "open":
        raise Conflict("Somebody is making this call, or has made it", code="already_closed")
    if item.assignee is not None:
        await calls.give_to_everybody(conn, item_id, item.priority)
        await publish(conn, "work.opened", item_id=item_id, by=by)
