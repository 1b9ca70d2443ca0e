"""What the editor of playbooks reads besides the newest version."""

from __future__ import annotations

from services.chassis.db import Connection
from services.conversion.domain.playbooks import SavedPlaybook


async def versions(conn: Connection, name: str, limit: int) -> list[SavedPlaybook]:
    """The versions of a playbook, the latest first."""
    rows = await conn.fetch("SELECT * FROM playbooks WHERE name = $1 ORDER BY version DESC LIMIT $2", name, limit)
    return SavedPlaybook.of_all(rows)


async def running(conn: Connection) -> dict[str, int]:
    """How many deals are in a playbook now, by its name."""
    rows = await conn.fetch(
        """SELECT p.name, sum(r.deals)::int AS deals
             FROM (SELECT playbook_id, count(*) AS deals FROM playbook_runs WHERE state = 'running' GROUP BY 1) AS r
             JOIN playbooks p ON p.id = r.playbook_id GROUP BY 1"""
    )
    return {row["name"]: row["deals"] for row in rows}
