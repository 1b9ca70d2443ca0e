"""What those are called who change settings: their accounts are the issuer's, so a name is kept when they act."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from services.chassis.auth import Principal
from services.chassis.db import Connection

SHIPPED: Final = frozenset({"seed", "setup", "migration", "leadrelay"})
"""Who wrote what a new department comes with: nobody."""


async def remember(conn: Connection, who: Principal) -> None:
    """Write down a name that is new. What is known already is only read, so that nobody waits for a colleague's row."""
    if who.name == who.person:  # the issuer knows no name
        return
    if await conn.fetchval("SELECT name FROM staff_names WHERE person = $1", who.person) != who.name:
        await conn.execute(
            "INSERT INTO staff_names (person, name) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET name = $2",
            who.person,
            who.name,
        )


async def names_of(conn: Connection, people: Collection[str]) -> dict[str, str]:
    """Names by person, of those whose name is known; pages have words for the others, not their ids."""
    rows = await conn.fetch(
        """SELECT person, name FROM person_names WHERE person = ANY($1)
           UNION ALL SELECT person, name FROM staff_names WHERE person = ANY($1) AND name <> person""",
        list(set(people)),
    )
    return {row["person"]: row["name"] for row in rows}


def writer(names: Mapping[str, str], person: str) -> str:
    """Whoever wrote something, for `written` of the pages: the name, empty where none is known; `seed` is its own."""
    return person if person in SHIPPED else names.get(person, "")
