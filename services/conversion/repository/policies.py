"""Policy versions. They are only added: a deal keeps the one it began with."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.conversion.domain.policy import Policy
from services.conversion.records import PolicyVersion


async def current(conn: Connection) -> PolicyVersion:
    """The newest version. Raises NotFound in a database that was never seeded."""
    row = await conn.fetchrow("SELECT * FROM policies ORDER BY version DESC LIMIT 1")
    if row is None:
        raise NotFound("there is no policy yet")
    return PolicyVersion.model_validate(dict(row))


async def get(conn: Connection, version: int) -> Policy:
    """The rules of one version."""
    return Policy.model_validate(await conn.fetchval("SELECT body FROM policies WHERE version = $1", version))


async def add(conn: Connection, policy: Policy, by: str) -> PolicyVersion:
    """Add the next version. Two at once get different numbers."""
    await conn.execute("LOCK TABLE policies IN SHARE ROW EXCLUSIVE MODE")
    row = await conn.fetchrow(
        """INSERT INTO policies (version, body, created_by)
           SELECT coalesce(max(version), 0) + 1, $1, $2 FROM policies RETURNING *""",
        policy.model_dump(mode="json"),
        by,
    )
    return PolicyVersion.model_validate(dict(row or {}))


async def add_first(conn: Connection, policy: Policy, by: str) -> None:
    """Add version 1 unless there is a policy already."""
    await conn.execute(
        """INSERT INTO policies (version, body, created_by)
           SELECT 1, $1, $2 WHERE NOT EXISTS (SELECT FROM policies) ON CONFLICT DO NOTHING""",
        policy.model_dump(mode="json"),
        by,
    )


async def page(conn: Connection, limit: int, before: int | None) -> list[PolicyVersion]:
    """Versions, newest first."""
    rows = await conn.fetch(
        "SELECT * FROM policies WHERE $1::int IS NULL OR version < $1 ORDER BY version DESC LIMIT $2", before, limit
    )
    return [PolicyVersion.model_validate(dict(row)) for row in rows]
