"""Playbooks, version after version."""

from __future__ import annotations

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.conversion.domain.playbooks import Playbook, SavedPlaybook


async def add(conn: Connection, name: str, body: Playbook, by: str) -> SavedPlaybook:
    """Write the next version of a playbook."""
    await conn.execute("LOCK TABLE playbooks IN SHARE ROW EXCLUSIVE MODE")
    row = await conn.fetchrow(
        """INSERT INTO playbooks (id, name, version, body, created_by)
           SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4 FROM playbooks WHERE name = $2 RETURNING *""",
        new_id(),
        name,
        body.model_dump(mode="json"),
        by,
    )
    return SavedPlaybook.of(row)


async def get(conn: Connection, playbook_id: str) -> SavedPlaybook:
    """One version. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM playbooks WHERE id = $1", playbook_id)
    if row is None:
        raise NotFound("there is no such playbook")
    return SavedPlaybook.of(row)


async def newest(conn: Connection, limit: int, after: str | None = None) -> list[SavedPlaybook]:
    """The newest version of each, by name."""
    rows = await conn.fetch(
        """SELECT DISTINCT ON (name) * FROM playbooks WHERE $1::text IS NULL OR name > $1
            ORDER BY name, version DESC LIMIT $2""",
        after,
        limit,
    )
    return SavedPlaybook.of_all(rows)


async def find(conn: Connection, name: str) -> SavedPlaybook | None:
    """The newest version of a name, or none."""
    row = await conn.fetchrow("SELECT * FROM playbooks WHERE name = $1 ORDER BY version DESC LIMIT 1", name)
    return SavedPlaybook.maybe(row)
