"""Imports: the file in parts, the checkpoint, a verdict for every row. Each tier has the tables of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import IO, Any

from pydantic import BaseModel

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.chassis.imports.schemas import ImportRow, ImportView


class ImportJob(BaseModel):
    """What the runner needs. `rows` is the checkpoint: so many rows have their verdict."""

    id: str
    format: str
    dry_run: bool
    default_region: str
    mapping: dict[str, int]
    encoding: str
    delimiter: str
    rows: int


async def create(conn: Connection, fields: dict[str, Any]) -> str:
    """Write an import; its file follows in parts, and the worker sees both at the commit."""
    import_id = new_id()
    await conn.execute(
        """INSERT INTO imports (id, filename, dry_run, default_region, mapping, encoding, delimiter, header, created_by,
                                format, expected_rows)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        import_id,
        fields["filename"],
        fields["dry_run"],
        fields["default_region"],
        fields["mapping"],
        fields["encoding"],
        fields["delimiter"],
        fields["header"],
        fields["created_by"],
        fields["format"],
        fields["expected_rows"],
    )
    return import_id


async def add_part(conn: Connection, import_id: str, part: int, content: bytes) -> None:
    """Keep the next piece of the file."""
    await conn.execute(
        "INSERT INTO import_files (import_id, part, content) VALUES ($1, $2, $3)", import_id, part, content
    )


async def spool(conn: Connection, import_id: str, file: IO[bytes]) -> None:
    """Write the file's parts, one after another, into `file`."""
    part = 0
    while (
        content := await conn.fetchval(
            "SELECT content FROM import_files WHERE import_id = $1 AND part = $2", import_id, part
        )
    ) is not None:
        file.write(content)
        part += 1
    file.flush()


async def get(conn: Connection, import_id: str) -> ImportView:
    """An import with its counts. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM imports WHERE id = $1", import_id)
    if row is None:
        raise NotFound(f"There is no import {import_id}")
    return ImportView.model_validate(dict(row))


async def page(
    conn: Connection, *, state: str | None, limit: int, after: tuple[datetime, str] | None
) -> list[ImportView]:
    """A page of imports, in order of their coming."""
    rows = await conn.fetch(
        """SELECT * FROM imports WHERE ($1::text IS NULL OR state = $1)
              AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid)) ORDER BY created_at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return [ImportView.model_validate(dict(row)) for row in rows]


async def hold_next(conn: Connection) -> ImportJob | None:
    """The oldest unfinished import that no other worker holds; held until `let_go`, or until the connection ends."""
    rows = await conn.fetch("SELECT id FROM imports WHERE state IN ('queued', 'running') ORDER BY created_at LIMIT 20")
    for row in rows:
        if await conn.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 1))", row["id"]):
            # Another worker may have finished it before we held it.
            job = await conn.fetchrow(
                "UPDATE imports SET state = 'running' WHERE id = $1 AND state IN ('queued', 'running') RETURNING *",
                row["id"],
            )
            if job is not None:
                return ImportJob.model_validate(dict(job))
            await let_go(conn, row["id"])
    return None


async def let_go(conn: Connection, import_id: str) -> None:
    """Another worker may go on with it."""
    await conn.execute("SELECT pg_advisory_unlock(hashtextextended($1, 1))", import_id)


async def commit_lazily(conn: Connection) -> None:
    """This transaction need not wait for the disk: if it is lost, its checkpoint is lost with it."""
    await conn.execute("SET LOCAL synchronous_commit = off")


async def checkpoint(conn: Connection, import_id: str, rows: int, counts: Mapping[str, int]) -> None:
    """Move the checkpoint past so many rows, in the transaction that writes them. `counts` are their verdicts."""
    await conn.execute(
        """UPDATE imports SET rows = rows + $2, accepted = accepted + $3, merged = merged + $4,
                  duplicates = duplicates + $5, rejected = rejected + $6 WHERE id = $1""",
        import_id,
        rows,
        *(counts.get(verdict, 0) for verdict in ("accepted", "merged", "duplicate", "rejected")),
    )


async def finish(conn: Connection, import_id: str, error: str | None = None) -> None:
    """The import is done, or failed as a whole with a reason; its file is no longer needed."""
    await conn.execute(
        "UPDATE imports SET state = $2, error = $3, finished_at = now() WHERE id = $1",
        import_id,
        "failed" if error else "done",
        error,
    )
    await conn.execute("DELETE FROM import_files WHERE import_id = $1", import_id)


async def rows_page(
    conn: Connection, import_id: str, *, verdict: str | None, limit: int, after: int
) -> list[ImportRow]:
    """Verdicts in order of the file, behind row `after`."""
    rows = await conn.fetch(
        """SELECT line, verdict, reason, lead_id FROM import_rows
            WHERE import_id = $1 AND line > $2 AND ($3::text IS NULL OR verdict = $3) ORDER BY line LIMIT $4""",
        import_id,
        after,
        verdict,
        limit,
    )
    return [ImportRow.model_validate(dict(row)) for row in rows]


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
