"""Callbacks that are late: what one caller promised, anybody may keep."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from services.chassis import work_items
from services.chassis.db import Connection
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.lead_gen.repository import calls, floor

# A minute late is nothing to tell a supervisor.
GRACE = timedelta(minutes=1)


async def give_to_pool(conn: Connection, item_id: str, by: str) -> None:
    """Whoever is free makes this call next. Raises NotFound, Conflict `already_closed` once it is made or begun."""
    item = await work_items.get(conn, item_id)
    if item.kind != "call" or item.state != "open":
        raise Conflict("Somebody is making this call, or has made it", code="already_closed")
    if item.assignee is not None:
        await calls.give_to_everybody(conn, item_id, item.priority)
        await publish(conn, "work.opened", item_id=item_id, by=by)


async def give_all_to_pool(conn: Connection, by: str) -> int:
    """Anybody may make the calls that are late and that nobody is making; how many there were."""
    given = 0
    for one in await floor.late(conn, GRACE):
        if one.item_id and one.caller and not one.leased_by:
            # Somebody may begin one of them at this moment: so much the better.
            with suppress(Conflict):
                await give_to_pool(conn, one.item_id, by)
                given += 1
    return given
