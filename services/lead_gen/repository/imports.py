"""Imports: the file in parts, the checkpoint, a verdict for every row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import BaseModel

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.lead_gen.schemas.imports import ImportView

PART_BYTES = 1 << 20


class ImportJob(BaseModel):
    """What the runner needs. `rows` is the checkpoint: so many rows have their verdict."""

    id: str
    dry_run: bool
    default_region: str
    mapping: dict[str, int]
    encoding: str
    delimiter: str
    header: list[str]
    rows: int


class Verdict(BaseModel):
    """What became of a row. `original` is kept for rejected rows only."""

    line: int
    verdict: str
    reason: str | None = None
    lead_id: str | None = None
    original: list[str] | None = None


_VIEW = """
SELECT i.*, count(r.*) FILTER (WHERE r.verdict = 'accepted') AS accepted,
       count(r.*) FILTER (WHERE r.verdict = 'merged') AS merged,
       count(r.*) FILTER (WHERE r.verdict = 'duplicate') AS duplicates,
       count(r.*) FILTER (WHERE r.verdict = 'rejected') AS rejected
  FROM imports i LEFT JOIN import_rows r ON r.import_id = i.id
 WHERE i.id = $1 GROUP BY i.id
"""


async def create(conn: Connection, fields: dict[str, Any], content: bytes) -> str:
    """Write an import and its file; the worker takes it from here."""
    import_id = new_id()
    await conn.execute(
        """INSERT INTO imports (id, filename, dry_run, default_region, mapping, encoding, delimiter, header, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        import_id,
        fields["filename"],
        fields["dry_run"],
        fields["default_region"],
        fields["mapping"],
        fields["encoding"],
        fields["delimiter"],
        fields["header"],
        fields["created_by"],
    )
    parts = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]
    await conn.executemany(
        "INSERT INTO import_files (import_id, part, content) VALUES ($1, $2, $3)",
        [(import_id, number, part) for number, part in enumerate(parts)],
    )
    return import_id


async def get(conn: Connection, import_id: str) -> ImportView:
    """An import with its counts. Raises NotFound."""
    row = await conn.fetchrow(_VIEW, import_id)
    if row is None:
        raise NotFound(f"There is no import {import_id}")
    return ImportView.model_validate(dict(row))


async def take_next(conn: Connection) -> ImportJob | None:
    """Lock the oldest import that is not finished; None if another worker has it or there is none."""
    row = await conn.fetchrow(
        """SELECT * FROM imports WHERE state IN ('queued', 'running')
            ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED"""
    )
    if row is None:
        return None
    await conn.execute("UPDATE imports SET state = 'running' WHERE id = $1 AND state = 'queued'", row["id"])
    return ImportJob.model_validate(dict(row))


async def read_file(conn: Connection, import_id: str) -> bytes:
    """The file's bytes."""
    rows = await conn.fetch("SELECT content FROM import_files WHERE import_id = $1 ORDER BY part", import_id)
    return b"".join(row["content"] for row in rows)


async def checkpoint(conn: Connection, import_id: str, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts of a chunk and move the checkpoint past them, in the chunk's own transaction."""
    await conn.executemany(
        """INSERT INTO import_rows (import_id, line, verdict, reason, lead_id, original)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        [(import_id, v.line, v.verdict, v.reason, v.lead_id, v.original) for v in verdicts],
    )
    await conn.execute("UPDATE imports SET rows = rows + $2 WHERE id = $1", import_id, len(verdicts))


async def finish(conn: Connection, import_id: str, error: str | None = None) -> None:
    """The import is done, or failed as a whole with a reason; its file is no longer needed."""
    await conn.execute(
        "UPDATE imports SET state = $2, error = $3, finished_at = now() WHERE id = $1",
        import_id,
        "failed" if error else "done",
        error,
    )
    await conn.execute("DELETE FROM import_files WHERE import_id = $1", import_id)


async def rejects(conn: Connection, import_id: str) -> tuple[list[str], str]:
    """Header and separator of the file, for the list of rejected rows. Raises NotFound."""
    row = await conn.fetchrow("SELECT header, delimiter FROM imports WHERE id = $1", import_id)
    if row is None:
        raise NotFound(f"There is no import {import_id}")
    return row["header"], row["delimiter"]


async def rejected_rows(conn: Connection, import_id: str) -> AsyncIterator[tuple[list[str], str]]:
    """(original cells, reason) of every rejected row, in order of the file."""
    async with conn.transaction():
        async for row in conn.cursor(
            "SELECT original, reason FROM import_rows WHERE import_id = $1 AND verdict = 'rejected' ORDER BY line",
            import_id,
            prefetch=500,
        ):
            yield row["original"], row["reason"]
