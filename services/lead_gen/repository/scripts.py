"""Call scripts: versions by name, and the one that a call began with."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from services.chassis.db import Connection, new_id, to_json
from services.chassis.errors import NotFound
from services.lead_gen.domain.scripts import Nodes, Script, ScriptListed, ScriptName


def _script(row: Any) -> Script:
    # The order of answers is in `written` only; versions from before it, and from older processes, have none.
    body = json.loads(row["written"]) if row["written"] else row["body"]
    return Script.of({**dict(row), **body})


async def add(conn: Connection, name: str, start: str, nodes: Nodes, by: str) -> Script:
    """Write the next version of the script of this name."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"scripts:{name}")
    body = {
        "start": start,
        "nodes": {key: node.model_dump(mode="json", exclude_none=True) for key, node in nodes.items()},
    }
    row = await conn.fetchrow(
        """INSERT INTO scripts (id, name, version, body, created_by, written)
            SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5 FROM scripts WHERE name = $2 RETURNING *""",
        new_id(),
        name,
        body,
        by,
        to_json(body),
    )
    return _script(row)


async def all_newest(conn: Connection, limit: int) -> list[ScriptName]:
    """The newest version of each name, by name."""
    rows = await conn.fetch(
        "SELECT DISTINCT ON (name) id, name, version FROM scripts ORDER BY name, version DESC LIMIT $1", limit
    )
    return ScriptName.of_all(rows)


async def name_of(conn: Connection, script_id: str) -> ScriptName | None:
    """Name and version of a script."""
    return ScriptName.maybe(await conn.fetchrow("SELECT id, name, version FROM scripts WHERE id = $1", script_id))


async def exists(conn: Connection, script_id: str) -> bool:
    """Is there such a version of a script?"""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM scripts WHERE id = $1)", script_id))


async def get(conn: Connection, script_id: str) -> Script:
    """One version. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM scripts WHERE id = $1", script_id)
    if row is None:
        raise NotFound(f"There is no script {script_id}")
    return _script(row)


async def newest(conn: Connection, name: str) -> Script:
    """The newest version of a name. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM scripts WHERE name = $1 ORDER BY version DESC LIMIT 1", name)
    if row is None:
        raise NotFound("There is no script of this name")
    return _script(row)


# Campaigns are few, and name any version of the script that they read.
_LISTED = """SELECT s.*, (SELECT count(*) FROM campaigns g JOIN scripts o ON o.id = g.script_id
                           WHERE o.name = s.name AND g.state <> 'done') AS campaigns FROM scripts s"""


async def newest_of_each(conn: Connection) -> list[ScriptListed]:
    """The newest version of every name, by name; at most 200."""
    rows = await conn.fetch(
        f"""{_LISTED} WHERE s.id IN (SELECT DISTINCT ON (name) id FROM scripts ORDER BY name, version DESC)
             ORDER BY s.name LIMIT 200"""  # noqa: S608 - a constant
    )
    return [_listed(row) for row in rows]


async def versions_of(conn: Connection, name: str) -> list[ScriptListed]:
    """The versions of a name, the newest first; at most 30."""
    rows = await conn.fetch(f"{_LISTED} WHERE s.name = $1 ORDER BY s.version DESC LIMIT 30", name)
    return [_listed(row) for row in rows]


def _listed(row: Any) -> ScriptListed:
    body = json.loads(row["written"]) if row["written"] else row["body"]
    return ScriptListed.of({**dict(row), **body})


async def newest_version(conn: Connection, name: str) -> int:
    """The number of the newest version of a name; 0 if there is none."""
    found: int = await conn.fetchval("SELECT coalesce(max(version), 0) FROM scripts WHERE name = $1", name)
    return found


async def page(conn: Connection, *, name: str | None, limit: int, after: tuple[datetime, str] | None) -> list[Script]:
    """Scripts of every version, of one name or all, in order of creation."""
    rows = await conn.fetch(
        """SELECT * FROM scripts WHERE ($1::text IS NULL OR name = $1)
              AND ($2::timestamptz IS NULL OR (created_at, id::text) > ($2, $3))
            ORDER BY created_at, id::text LIMIT $4""",
        name,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [_script(row) for row in rows]


async def of_campaign(conn: Connection, campaign_id: str | None) -> Script | None:
    """The newest version of the script that the campaign uses."""
    row = await conn.fetchrow(
        """SELECT s.* FROM campaigns c JOIN scripts chosen ON chosen.id = c.script_id
             JOIN scripts s ON s.name = chosen.name
            WHERE c.id = $1 ORDER BY s.version DESC LIMIT 1""",
        campaign_id,
    )
    return _script(row) if row else None


async def pin(conn: Connection, item_id: str, script_id: str | None) -> None:
    """Pin the version that a call began with, or none, to its work item. The first one stays."""
    await conn.execute(
        """UPDATE work_items SET payload = payload || jsonb_build_object('script_id', $2::text)
            WHERE id = $1 AND NOT payload ? 'script_id'""",
        item_id,
        script_id,
    )
