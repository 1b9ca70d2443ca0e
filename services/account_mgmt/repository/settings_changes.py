"""Who changed what of the products and legal entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.account_mgmt.domain.settings_changes import Kind, SettingsChange
from services.chassis.db import Connection


async def add(
    conn: Connection, kind: Kind, thing: str, by: str, was: Mapping[str, Any], became: Mapping[str, Any]
) -> None:
    """Write down one change."""
    await conn.execute(
        "INSERT INTO settings_changes (kind, thing, by, was, became) VALUES ($1, $2, $3, $4, $5)",
        kind,
        thing,
        by,
        dict(was),
        dict(became),
    )


async def of_thing(conn: Connection, kind: Kind, thing: str, limit: int) -> list[SettingsChange]:
    """The changes of one thing, the latest first."""
    rows = await conn.fetch(
        "SELECT * FROM settings_changes WHERE kind = $1 AND thing = $2 ORDER BY id DESC LIMIT $3", kind, thing, limit
    )
    return SettingsChange.of_all(rows)


async def last(conn: Connection, kind: Kind) -> SettingsChange | None:
    """The latest change of anything of this kind."""
    row = await conn.fetchrow("SELECT * FROM settings_changes WHERE kind = $1 ORDER BY id DESC LIMIT 1", kind)
    return SettingsChange.maybe(row)
