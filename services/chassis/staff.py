"""What those are called who change settings: their accounts are the issuer's, so a name is kept when they act."""

from __future__ import annotations

from collections.abc import Collection

from services.chassis.auth import Principal
from services.chassis.db import Connection


async def remember(conn: Connection, who: Principal) -> None:
    """Write down a name that is new. What is known already is only read, so that nobody waits for a colleague's row."""
    if await conn.fetchval("SELECT name FROM staff_names WHERE person = $1", who.person) != who.name:
        await conn.execute(
            "INSERT INTO staff_names (person, name) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET name = $2",
            who.person,
            who.name,
        )


async def names_of(conn: Connection, people: Collection[str]) -> dict[str, str]:
    """Names by person, of those whose name is known."""
    rows = await conn.fetch("SELECT person, name FROM staff_names WHERE person = ANY($1)", list(set(people)))
    return {row["person"]: row["name"] for row in rows}
