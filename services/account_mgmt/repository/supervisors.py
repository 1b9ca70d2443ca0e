"""What supervisors are called."""

from __future__ import annotations

from services.chassis.db import Connection

_MOST = 500


async def remember(conn: Connection, person: str, name: str) -> None:
    """Write down a name that is new. What is known already is only read, so that nobody waits for a colleague's row."""
    if await conn.fetchval("SELECT name FROM supervisors WHERE person = $1", person) != name:
        await conn.execute(
            "INSERT INTO supervisors (person, name) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET name = $2",
            person,
            name,
        )


async def names_of_staff(conn: Connection) -> dict[str, str]:
    """Names of supervisors and account managers by their ids, of whoever works or worked here; at most 500 of each."""
    rows = await conn.fetch(
        """(SELECT person, name FROM supervisors WHERE name <> person LIMIT $1)
           UNION ALL (SELECT person, name FROM person_names LIMIT $1)
           UNION ALL (SELECT id, name FROM account_managers ORDER BY created_at DESC LIMIT $1)""",
        _MOST,
    )
    return {row["person"]: row["name"] for row in rows}
