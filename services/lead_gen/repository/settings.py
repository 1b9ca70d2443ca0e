"""The last change of everything that a supervisor edits."""

from __future__ import annotations

from services.chassis.db import Connection
from services.lead_gen.domain.settings import LastChange

_LAST = """
(SELECT 'policy' AS editor, NULL AS called, version, 1 AS count, created_by AS by, created_at AS at
   FROM policies ORDER BY version DESC LIMIT 1)
UNION ALL
(SELECT 'criteria', name, version, (SELECT count(DISTINCT name) FROM criteria)::int, created_by, created_at
   FROM criteria ORDER BY created_at DESC LIMIT 1)
UNION ALL
(SELECT 'scripts', name, version, (SELECT count(DISTINCT name) FROM scripts)::int, created_by, created_at
   FROM scripts ORDER BY created_at DESC LIMIT 1)
UNION ALL
(SELECT 'instructions', i.title, v.version, (SELECT count(*) FROM instructions WHERE archived_at IS NULL)::int, v.by,
        i.updated_at
   FROM instructions i JOIN instruction_versions v ON v.instruction_id = i.id AND v.version = i.version
  ORDER BY i.updated_at DESC LIMIT 1)
"""


async def last_changes(conn: Connection) -> dict[str, LastChange]:
    """The newest version of each editor, by its name. These tables are short: people write every row."""
    return {row["editor"]: LastChange.of(row) for row in await conn.fetch(_LAST)}
