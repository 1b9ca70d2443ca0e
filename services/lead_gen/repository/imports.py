"""Imports: the file in parts, the checkpoint, a verdict for every row."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import IO, Any

from pydantic import BaseModel

from services.chassis.db import Connection, new_id, to_json
from services.chassis.errors import NotFound
from services.lead_gen.domain.matching import LeadFacts, Plan, Verdict, counts
from services.lead_gen.repository.register import Copies, escape
from services.lead_gen.schemas.imports import ImportRow, ImportView


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


def verdict_lines(job: ImportJob, verdicts: list[Verdict]) -> Copies:
    """The verdicts of a chunk as COPY text."""
    lines = []
    for v in verdicts:
        original = escape(to_json([cell.replace("\0", "") for cell in v.original])) if v.original is not None else "\\N"
        reason = escape(v.reason) if v.reason else "\\N"
        # A dry run makes no leads, so a row can only belong to one that was there.
        lead_id = "\\N" if v.lead_id is None or (job.dry_run and v.verdict == "accepted") else v.lead_id
        lines.append(f"{job.id}\t{v.line}\t{v.verdict}\t{reason}\t{lead_id}\t{original}\n")
    return {("import_rows", ("import_id", "line", "verdict", "reason", "lead_id", "original")): "".join(lines)}


async def checkpoint(conn: Connection, import_id: str, verdicts: list[Verdict]) -> None:
    """Move the checkpoint past these rows, in the transaction that writes them."""
    found = counts(verdicts)
    await conn.execute(
        """UPDATE imports SET rows = rows + $2, accepted = accepted + $3, merged = merged + $4,
                  duplicates = duplicates + $5, rejected = rejected + $6 WHERE id = $1""",
        import_id,
        len(verdicts),
        found["accepted"],
        found["merged"],
        found["duplicate"],
        found["rejected"],
    )


async def dry_owners(
    conn: Connection, import_id: str, keys: Iterable[str]
) -> tuple[dict[str, str], dict[str, LeadFacts]]:
    """What earlier rows of a dry run would have made: owners of keys, and stand-ins for their leads."""
    rows = await conn.fetch(
        "SELECT key, lead_id FROM import_dry_keys WHERE import_id = $1 AND key = ANY($2)", import_id, list(keys)
    )
    found = {row["key"]: row["lead_id"] for row in rows}
    leads = await conn.fetch(
        "SELECT key, lead_id, filled FROM import_dry_keys WHERE import_id = $1 AND key = ANY($2)",
        import_id,
        [f"l:{lead_id}" for lead_id in set(found.values())],
    )
    known = {
        row["lead_id"]: LeadFacts(id=row["lead_id"], fields=dict(row["filled"]), phones=0, dry=True) for row in leads
    }
    return {key: lead_id for key, lead_id in found.items() if lead_id in known}, known


def dry_copies(import_id: str, plan: Plan) -> Copies:
    """What a chunk of a dry run would have made, as COPY text: keys, and under `l:` what is known of each lead."""
    lines = [f"{import_id}\tp:{phone}\t{lead_id}\t\\N\n" for phone, lead_id, _ in plan.phones]
    lines += [f"{import_id}\t{key}\t{lead_id}\t\\N\n" for key, lead_id in plan.keys]
    lines += [f"{import_id}\tl:{lead.id}\t{lead.id}\t{escape(to_json(_known(lead.fields)))}\n" for lead in plan.created]
    return {("import_dry_keys", ("import_id", "key", "lead_id", "filled")): "".join(lines)}


def _known(fields: dict[str, str]) -> dict[str, str]:
    """Which fields are filled; of the tax id also with what, because another one means another company."""
    return {name: text if name == "tax_id" else "" for name, text in fields.items()}


async def fill_dry(conn: Connection, import_id: str, fills: dict[str, dict[str, str]]) -> None:
    """Remember which gaps a chunk of a dry run would have filled in leads that it would have made."""
    if fills:
        await conn.execute(
            """UPDATE import_dry_keys d SET filled = d.filled || given.filled
                 FROM unnest($2::uuid[], $3::jsonb[]) AS given (lead_id, filled)
                WHERE d.import_id = $1 AND d.key = 'l:' || given.lead_id""",
            import_id,
            list(fills),
            [_known(fields) for fields in fills.values()],
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
    await conn.execute("DELETE FROM import_dry_keys WHERE import_id = $1", import_id)


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
