"""SQL of imports: the file in parts, the checkpoint, a verdict for every row. Each tier has its own tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import IO

from pydantic import Field

from services.chassis.db import Connection, new_id
from services.chassis.errors import Conflict, NotFound
from services.chassis.records import Record

ATTEMPTS = 3
"""So often an import may fail without getting a row further; then it is given up."""


class ImportCancelledError(Exception):
    """Somebody called the import off while it was being worked on."""


class NewImport(Record):
    """A file that was understood as a whole. `mapping`: field -> number of its column."""

    filename: str
    dry_run: bool
    default_region: str
    mapping: dict[str, int]
    encoding: str
    delimiter: str
    header: list[str]
    format: str
    expected_rows: int | None
    created_by: str


class Import(Record):
    """An import and its verdicts so far."""

    id: str
    state: str
    filename: str
    dry_run: bool
    format: str
    default_region: str
    expected_rows: int | None = Field(description="Rows that the file seems to have; null when it cannot be known.")
    rows: int = Field(description="Rows that have their verdict.")
    accepted: int
    merged: int
    duplicates: int
    rejected: int
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class ImportJob(Record):
    """What the runner needs. `rows` is the checkpoint: so many rows have their verdict."""

    id: str
    state: str
    format: str
    dry_run: bool
    default_region: str
    mapping: dict[str, int]
    encoding: str
    delimiter: str
    rows: int


class RowVerdict(Record):
    """What became of one row; `line` counts from 1 behind the header."""

    line: int
    verdict: str
    reason: str | None
    lead_id: str | None


async def create(conn: Connection, new: NewImport) -> str:
    """Write an import; its file follows in parts, and the worker sees both at the commit. Its id."""
    import_id = new_id()
    await conn.execute(
        """INSERT INTO imports (id, filename, dry_run, default_region, mapping, encoding, delimiter, header, created_by,
                                format, expected_rows)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        import_id,
        new.filename,
        new.dry_run,
        new.default_region,
        new.mapping,
        new.encoding,
        new.delimiter,
        new.header,
        new.created_by,
        new.format,
        new.expected_rows,
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


async def get(conn: Connection, import_id: str) -> Import:
    """An import with its counts. Raises NotFound."""
    row = await conn.fetchrow("SELECT * FROM imports WHERE id = $1", import_id)
    if row is None:
        raise NotFound(f"There is no import {import_id}")
    return Import.of(row)


async def page(conn: Connection, *, state: str | None, limit: int, after: tuple[datetime, str] | None) -> list[Import]:
    """A page of imports, in the order they were made."""
    rows = await conn.fetch(
        """SELECT * FROM imports WHERE ($1::text IS NULL OR state = $1)
              AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid)) ORDER BY created_at, id LIMIT $4""",
        state,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )
    return Import.of_all(rows)


async def cancel(conn: Connection, import_id: str) -> Import:
    """Call an import off: what was taken stays, the rest is not. The worker closes it. Raises NotFound, Conflict."""
    updated = await conn.fetchval(
        "UPDATE imports SET state = 'cancelled' WHERE id = $1 AND state IN ('queued', 'running') RETURNING id",
        import_id,
    )
    one = await get(conn, import_id)
    if updated is None:
        raise Conflict(f"The import is over: it is {one.state}")
    return one


async def hold_next(conn: Connection, passed: Collection[str] = ()) -> ImportJob | None:
    """The next unfinished import that no other worker holds, but none of `passed`.

    Those that failed before come last. It is held until `release`, or until the connection ends.
    """
    # One that was called off is open until the worker has closed it.
    rows = await conn.fetch(
        """SELECT id FROM imports WHERE state IN ('queued', 'running', 'cancelled') AND finished_at IS NULL
              AND id <> ALL($1::uuid[]) ORDER BY attempts, created_at LIMIT 20""",
        list(passed),
    )
    for row in rows:
        if await conn.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 1))", row["id"]):
            # Another worker may have finished it before we held it.
            job = await conn.fetchrow(
                """UPDATE imports SET state = CASE state WHEN 'queued' THEN 'running' ELSE state END
                    WHERE id = $1 AND state IN ('queued', 'running', 'cancelled') AND finished_at IS NULL
                RETURNING *""",
                row["id"],
            )
            if job is not None:
                return ImportJob.of(job)
            await release(conn, row["id"])
    return None


async def release(conn: Connection, import_id: str) -> None:
    """Let another worker go on with it."""
    await conn.execute("SELECT pg_advisory_unlock(hashtextextended($1, 1))", import_id)


async def commit_lazily(conn: Connection) -> None:
    """This transaction need not wait for the disk: if it is lost, its checkpoint is lost with it."""
    await conn.execute("SET LOCAL synchronous_commit = off")


async def begin_again(conn: Connection, job: ImportJob) -> ImportJob:
    """Forget the verdicts and the checkpoint of an import; the job as it is to be taken from its first row."""
    await conn.execute("DELETE FROM import_rows WHERE import_id = $1", job.id)
    await conn.execute(
        "UPDATE imports SET rows = 0, accepted = 0, merged = 0, duplicates = 0, rejected = 0 WHERE id = $1", job.id
    )
    return job.model_copy(update={"rows": 0})


async def checkpoint(conn: Connection, import_id: str, rows: int, counts: Mapping[str, int]) -> None:
    """Move the checkpoint past so many rows, in the transaction that writes them. `counts` are their verdicts.

    Raises ImportCancelledError if the import was called off.
    """
    moved = await conn.fetchval(
        """UPDATE imports SET rows = rows + $2, accepted = accepted + $3, merged = merged + $4,
                  duplicates = duplicates + $5, rejected = rejected + $6, attempts = 0
            WHERE id = $1 AND state = 'running' RETURNING id""",
        import_id,
        rows,
        *(counts.get(verdict, 0) for verdict in ("accepted", "merged", "duplicate", "rejected")),
    )
    if moved is None:
        raise ImportCancelledError(import_id)


async def failed_again(conn: Connection, import_id: str) -> int:
    """Count a failure; how many there were since the checkpoint moved."""
    count: int = await conn.fetchval(
        "UPDATE imports SET attempts = attempts + 1 WHERE id = $1 RETURNING attempts", import_id
    )
    return count


async def finish(conn: Connection, import_id: str, error: str | None = None) -> str:
    """The import is done, or failed as a whole with a reason, unless it was called off; its file is not needed any
    more. Its state."""
    state: str = await conn.fetchval(
        """UPDATE imports SET state = CASE state WHEN 'cancelled' THEN state ELSE $2 END, error = $3,
                  finished_at = now() WHERE id = $1 RETURNING state""",
        import_id,
        "failed" if error else "done",
        error,
    )
    await conn.execute("DELETE FROM import_files WHERE import_id = $1", import_id)
    return state


async def rows_page(
    conn: Connection, import_id: str, *, verdict: str | None, limit: int, after: int
) -> list[RowVerdict]:
    """Verdicts in order of the file, behind row `after`."""
    rows = await conn.fetch(
        """SELECT line, verdict, reason, lead_id FROM import_rows
            WHERE import_id = $1 AND line > $2 AND ($3::text IS NULL OR verdict = $3) ORDER BY line LIMIT $4""",
        import_id,
        after,
        verdict,
        limit,
    )
    return RowVerdict.of_all(rows)


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
