"""Whether rows exist: what routes ask before they take an id from a body."""

from __future__ import annotations

from services.chassis.db import Connection


async def exists(conn: Connection, table: str, row_id: str) -> bool:
    """Is there such a row? `table` is a constant of the caller."""
    return bool(await conn.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE id = $1)", row_id))


async def existing(conn: Connection, table: str, ids: list[str]) -> set[str]:
    """Which of these ids have a row? `table` is a constant of the caller."""
    rows = await conn.fetch(f"SELECT id::text AS id FROM {table} WHERE id::text = ANY($1)", ids)
    return {row["id"] for row in rows}
