"""Policies, scripts and instructions: what supervisors keep."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.domain.policy import Policy
from services.lead_gen.schemas.campaigns import (
    InstructionView,
    NewInstruction,
    NewScript,
    ScriptView,
)
from services.lead_gen.schemas.reports import PolicyView

V = TypeVar("V", bound=BaseModel)
Cursor = tuple[datetime, str] | None


def _flat(row: Any) -> dict[str, Any]:
    return {**dict(row), **row["body"]}


async def _page(conn: Connection, model: type[V], table: str, limit: int, after: Cursor) -> list[V]:
    """Rows of a small table by time of creation."""
    rows = await conn.fetch(
        f"""SELECT * FROM {table} WHERE ($1::timestamptz IS NULL OR (created_at, id::text) > ($1, $2))
             ORDER BY created_at, id::text LIMIT $3""",
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [model.model_validate(_flat(row) if "body" in row else dict(row)) for row in rows]


# Policies


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


# Scripts: versioned by name


async def _add_version(conn: Connection, table: str, name: str, body: dict[str, Any], by: str) -> dict[str, Any]:
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"{table}:{name}")
    row = await conn.fetchrow(
        f"""INSERT INTO {table} (id, name, version, body, created_by)
            SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4 FROM {table} WHERE name = $2 RETURNING *""",
        new_id(),
        name,
        body,
        by,
    )
    return _flat(row)


async def add_script(conn: Connection, new: NewScript, by: str) -> ScriptView:
    """Write the next version of the script of this name."""
    body = new.model_dump(mode="json", exclude={"name"})
    return ScriptView.model_validate(await _add_version(conn, "scripts", new.name, body, by))


async def script_page(conn: Connection, limit: int, after: Cursor) -> list[ScriptView]:
    """Scripts of every name and version."""
    return await _page(conn, ScriptView, "scripts", limit, after)


async def script_of_campaign(conn: Connection, campaign_id: str | None) -> ScriptView | None:
    """The newest version of the script that the campaign uses."""
    row = await conn.fetchrow(
        """SELECT s.* FROM campaigns c JOIN scripts chosen ON chosen.id = c.script_id
             JOIN scripts s ON s.name = chosen.name
            WHERE c.id = $1 ORDER BY s.version DESC LIMIT 1""",
        campaign_id,
    )
    return ScriptView.model_validate(_flat(row)) if row else None


async def exists(conn: Connection, table: str, row_id: str) -> bool:
    """Is there such a row? `table` is a constant of the caller."""
    return bool(await conn.fetchval(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE id = $1)", row_id))


async def existing(conn: Connection, table: str, ids: list[str]) -> set[str]:
    """Which of these ids have a row? `table` is a constant of the caller."""
    rows = await conn.fetch(f"SELECT id::text AS id FROM {table} WHERE id::text = ANY($1)", ids)
    return {row["id"] for row in rows}


# Instructions


async def add_instruction(conn: Connection, new: NewInstruction, by: str) -> InstructionView:
    """Write an instruction."""
    row = await conn.fetchrow(
        "INSERT INTO instructions (id, title, text, tags, created_by) VALUES ($1, $2, $3, $4, $5) RETURNING *",
        new_id(),
        new.title,
        new.text,
        new.tags,
        by,
    )
    return InstructionView.model_validate(dict(row or {}))


async def instruction_page(conn: Connection, q: str | None, limit: int, after: Cursor) -> list[InstructionView]:
    """Instructions, or those whose title or text has all words of `q`."""
    if q is None:
        return await _page(conn, InstructionView, "instructions", limit, after)
    rows = await conn.fetch(
        """SELECT * FROM instructions WHERE search @@ plainto_tsquery('simple', $1)
            ORDER BY ts_rank(search, plainto_tsquery('simple', $1)) DESC, created_at LIMIT $2""",
        q,
        limit,
    )
    return [InstructionView.model_validate(dict(row)) for row in rows]
