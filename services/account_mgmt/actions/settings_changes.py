"""The history of products and legal entities."""

from __future__ import annotations

from services.account_mgmt.domain.settings_changes import Kind, difference
from services.account_mgmt.repository import settings_changes
from services.chassis.db import Connection
from services.chassis.records import Record


async def note_change(conn: Connection, kind: Kind, thing: str, by: str, was: Record | None, now: Record) -> None:
    """Keep who made what of it; nothing if it is as it was."""
    before = was.model_dump(mode="json") if was else {}
    gone, came = difference(before, now.model_dump(mode="json"))
    if came:
        await settings_changes.add(conn, kind, thing, by, gone, came)


async def last_writer(conn: Connection, kind: Kind, thing: str) -> str:
    """Who changed it last; empty where nobody did."""
    found = await settings_changes.of_thing(conn, kind, thing, 1)
    return found[0].by if found else ""
