"""Who has worked as a supervisor: their accounts are the issuer's, and their work here is what shows who they are."""

from __future__ import annotations

from collections.abc import Sequence

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
    """Names of supervisors and managers by their ids, of whoever works or worked here; at most 500 of each."""
    rows = await conn.fetch(
        """(SELECT person, name FROM supervisors WHERE name <> person LIMIT $1)
           UNION ALL (SELECT person, name FROM person_names LIMIT $1)
           UNION ALL (SELECT id, name FROM managers ORDER BY created_at DESC LIMIT $1)""",
        _MOST,
    )
    return {row["person"]: row["name"] for row in rows}


async def is_known(conn: Connection, person: str) -> bool:
    """Whether somebody who is no manager has done what only a supervisor may: a policy, or a decision on an offer."""
    known: bool = await conn.fetchval(
        """SELECT NOT EXISTS (SELECT FROM managers WHERE id = $1)
              AND (EXISTS (SELECT FROM policies WHERE version > 1 AND created_by = $1)
                   OR EXISTS (SELECT FROM offers WHERE decided_by = $1 AND state = 'rejected'))""",
        person,
    )
    return known


async def others(conn: Connection, excluded: Sequence[str]) -> list[str]:
    """Who else has worked as a supervisor here: published a policy or decided on a discount; at most five."""
    rows = await conn.fetch(
        """SELECT person FROM (SELECT created_by AS person FROM policies WHERE version > 1
                               UNION SELECT decided_by FROM offers WHERE state = 'rejected' AND decided_by IS NOT NULL
                               ) worked WHERE person <> ALL($1) ORDER BY person LIMIT 5""",
        list(excluded),
    )
    return [row["person"] for row in rows]
