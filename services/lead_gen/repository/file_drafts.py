"""Files that were chosen and are not imported yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.chassis.imports.queue import FileQueue
from services.lead_gen.domain.file_columns import FileDraft

# Their bytes are kept as those of imports are; nobody works on them.
FILES = FileQueue(name="file", table="file_drafts", parts="file_draft_parts", key="draft_id", taken="", event="")
_COLUMNS = (
    "filename",
    "default_region",
    "format",
    "encoding",
    "delimiter",
    "header",
    "rows",
    "expected_rows",
    "mapping",
)


async def create(conn: Connection, known: Mapping[str, Any], by: str) -> str:
    """Write down a file that was looked at; its bytes follow. Its id."""
    draft_id = new_id()
    await conn.execute(
        f"""INSERT INTO file_drafts (id, created_by, {", ".join(_COLUMNS)})
            VALUES ($1, $2, {", ".join(f"${n}" for n in range(3, 3 + len(_COLUMNS)))})""",  # noqa: S608 - columns named here
        draft_id,
        by,
        *(known[name] for name in _COLUMNS),
    )
    return draft_id


async def reread(conn: Connection, draft_id: str, known: Mapping[str, Any]) -> None:
    """The file is read in another way now."""
    await conn.execute(
        f"""UPDATE file_drafts SET tried = NULL, {", ".join(f"{name} = ${n}" for n, name in enumerate(_COLUMNS, 2))}
             WHERE id = $1""",  # noqa: S608 - columns named here
        draft_id,
        *(known[name] for name in _COLUMNS),
    )


async def get(conn: Connection, draft_id: str, *, lock: bool = False) -> FileDraft:
    """A file that is kept. Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT * FROM file_drafts WHERE id = $1 {'FOR UPDATE' if lock else ''}",  # noqa: S608 - a constant
        draft_id,
    )
    if row is None:
        raise NotFound("This file was imported or is not kept any more: choose it again")
    return FileDraft.of(row)


async def page(conn: Connection, limit: int) -> list[FileDraft]:
    """The last ones."""
    return FileDraft.of_all(
        await conn.fetch("SELECT * FROM file_drafts ORDER BY created_at DESC, id DESC LIMIT $1", limit)
    )


async def tried_by(conn: Connection, import_id: str) -> FileDraft | None:
    """The file that this dry run was the last of; none if it is not kept any more."""
    return FileDraft.maybe(await conn.fetchrow("SELECT * FROM file_drafts WHERE tried = $1", import_id))


async def remap(conn: Connection, draft_id: str, mapping: Mapping[str, int]) -> None:
    """Other columns are read from now on."""
    await conn.execute("UPDATE file_drafts SET mapping = $2 WHERE id = $1", draft_id, dict(mapping))


async def give_to(conn: Connection, draft_id: str, import_id: str) -> None:
    """The import gets a copy of the file."""
    await conn.execute(
        """INSERT INTO import_files (import_id, part, content)
           SELECT $2, part, content FROM file_draft_parts WHERE draft_id = $1""",
        draft_id,
        import_id,
    )


async def mark_tried(conn: Connection, draft_id: str, import_id: str) -> None:
    """This is its last dry run."""
    await conn.execute("UPDATE file_drafts SET tried = $2 WHERE id = $1", draft_id, import_id)


async def forget(conn: Connection, draft_id: str) -> None:
    """Keep it no longer."""
    await conn.execute("DELETE FROM file_drafts WHERE id = $1", draft_id)


async def forget_older(conn: Connection, age: timedelta) -> None:
    """Keep those no longer that nobody has imported for so long."""
    await conn.execute("DELETE FROM file_drafts WHERE created_at < now() - $1::interval", age)
