"""SQL of imports: the checkpoint, a verdict for every row. Each tier has its own tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from services.chassis.db import Connection, new_id
from services.chassis.errors import NotFound
from services.chassis.imports.queue import FileQueue, JobCancelledError
from services.chassis.records import Record

QUEUE = FileQueue(
    name="import", table="imports", parts="import_files", key="import_id", taken="rows", event="import_finished"
)
add_part = QUEUE.add_part
finish = QUEUE.finish


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


class Progress(Record):
    """An import and its verdicts so far."""

    id: str
    state: str
    filename: str
    dry_run: bool
    format: str
    encoding: str = Field(description="As which the text was read: told, or detected.")
    delimiter: str = Field(description="What separates its cells; of no meaning for a workbook.")
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


class Import(Progress):
    """An import with what was made of its header. `mapping`: field -> number of its column."""

    header: list[str]
    mapping: dict[str, int]

    @property
    def ignored(self) -> list[str]:
        """Columns that are not read."""
        read = set(self.mapping.values())
        return [name for column, name in enumerate(self.header) if column not in read and name]


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
    header: list[str]
    rows: int
    attempts: int = 0
    filename: str = ""
    created_by: str = ""

    def reading(self) -> dict[str, Any]:
        """By what its rows are read."""
        return {"mapping": self.mapping, "region": self.default_region}


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
    await QUEUE.cancel(conn, import_id)
    return await get(conn, import_id)


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


async def checkpoint(
    conn: Connection, import_id: str, rows: int, counts: Mapping[str, int], *, lasting: bool = True
) -> None:
    """Move the checkpoint past so many rows, in the transaction that writes them. `counts` are their verdicts.

    `lasting`: the next attempt goes on behind it, so that those before it count no more. Raises JobCancelledError if
    the import was called off.
    """
    moved = await conn.fetchval(
        """UPDATE imports SET rows = rows + $2, accepted = accepted + $3, merged = merged + $4,
                  duplicates = duplicates + $5, rejected = rejected + $6,
                  attempts = CASE WHEN $7 THEN 0 ELSE attempts END, starts = CASE WHEN $7 THEN 0 ELSE starts END
            WHERE id = $1 AND state = 'running' RETURNING id""",
        import_id,
        rows,
        *(counts.get(verdict, 0) for verdict in ("accepted", "merged", "duplicate", "rejected")),
        lasting,
    )
    if moved is None:
        raise JobCancelledError(import_id)


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
