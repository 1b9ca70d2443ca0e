"""What the pages of files read: files from the newest on, and their rows with whom they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.db import Connection
from services.chassis.imports.jobs import Import
from services.lead_gen.domain.file_pages import FileRow


async def page(conn: Connection, limit: int, before: tuple[datetime, str] | None) -> list[Import]:
    """Files, the newest first."""
    rows = await conn.fetch(
        """SELECT * FROM imports WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid)
            ORDER BY created_at DESC, id DESC LIMIT $3""",
        before[0] if before else None,
        before[1] if before else None,
        limit,
    )
    return Import.of_all(rows)


async def rows_of(
    conn: Connection, import_id: str, *, verdict: str | None, names: Sequence[int], limit: int, after: int
) -> list[FileRow]:
    """Rows in order of the file, behind row `after`; `names` are the columns by which a row names its company."""
    # A constant for PostgreSQL: the few rejected rows of a long file have an index of their own.
    only = f"AND verdict = '{verdict}'" if verdict in ("accepted", "merged", "duplicate", "rejected") else ""
    rows = await conn.fetch(
        f"""SELECT r.line, r.verdict, r.reason,
                   coalesce(l.company,
                            (SELECT r.original ->> place FROM unnest($3::int[]) WITH ORDINALITY AS n (place, rank)
                              WHERE trim(r.original ->> place) <> '' ORDER BY rank LIMIT 1)) AS who
              FROM (SELECT * FROM import_rows WHERE import_id = $1 AND line > $2 {only} ORDER BY line LIMIT $4) r
              LEFT JOIN leads l ON l.id = r.lead_id ORDER BY r.line""",  # noqa: S608 - one of four words
        import_id,
        after,
        list(names),
        limit,
    )
    return FileRow.of_all(rows)
