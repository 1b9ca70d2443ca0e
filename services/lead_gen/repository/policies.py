"""Policies, and whether rows exist: what every other module refers to."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.errors import NotFound
from services.lead_gen.domain.policy import Policy
from services.lead_gen.schemas.reports import PolicyView


async def policy(conn: Connection, version: int | None = None) -> tuple[int, Policy]:
    """The policy of a version, or the current one."""
    row = await conn.fetchrow(
        "SELECT version, body FROM policies WHERE $1::int IS NULL OR version = $1 ORDER BY version DESC LIMIT 1",
        version,
    )
    if row is None:
        raise NotFound("There is no policy; the database was not seeded")
    return row["version"], Policy.model_validate(row["body"])


async def policies(conn: Connection) -> list[PolicyView]:
    """Every version, the current one first."""
    rows = await conn.fetch("SELECT * FROM policies ORDER BY version DESC LIMIT 100")
    return [PolicyView.model_validate(dict(row)) for row in rows]


async def add_policy(conn: Connection, new: Policy, by: str) -> PolicyView:
    """Write the next version; leads under way keep theirs."""
    row = await conn.fetchrow(
        """INSERT INTO policies (version, body, created_by)
           SELECT coalesce(max(version), 0) + 1, $1, $2 FROM policies RETURNING *""",
        new.model_dump(mode="json"),
        by,
    )
    return PolicyView.model_validate(dict(row or {}))


async def exists(conn: Connection, table: str, row_id: str) -> bool:
    """Is there such a row? `table` is a constant of the caller."""
    return bool(await conn.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE id = $1)", row_id))


async def existing(conn: Connection, table: str, ids: list[str]) -> set[str]:
    """Which of these ids have a row? `table` is a constant of the caller."""
    rows = await conn.fetch(f"SELECT id::text AS id FROM {table} WHERE id::text = ANY($1)", ids)
    return {row["id"] for row in rows}
