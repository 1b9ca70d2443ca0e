"""The import runner: takes a file chunk by chunk, each chunk in one transaction with its checkpoint.

Killed at any moment it goes on behind the last checkpoint: no row is lost and none doubled. Hosted by the tier's
worker as a sweep.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from services.chassis.db import Connection, Pool, new_id
from services.chassis.events import publish
from services.chassis.imports import jobs
from services.chassis.imports.cells import FileRefusedError
from services.chassis.imports.chunks import chunks
from services.chassis.imports.jobs import ImportJob
from services.lead_gen.domain.import_rows import Row, RowReader
from services.lead_gen.domain.matching import Matcher, counts
from services.lead_gen.repository import bulk_import, duplicates, imports
from services.lead_gen.repository.bulk_import import Copies

CHUNK_ROWS = 3_000
# Somebody else registers one of the chunk's companies at the same moment: look again.
ATTEMPTS = 5


async def run_imports(pool: Pool) -> None:
    """Work on the oldest unfinished import until none is left."""
    while await _run_one(pool):
        pass


async def _run_one(pool: Pool) -> bool:
    """One import to its end. False when there is nothing to do."""
    async with pool.acquire() as conn:
        job = await jobs.hold_next(conn)
        if job is None:
            return False
        try:
            with tempfile.NamedTemporaryFile(prefix="leadrelay-import-") as file:
                await jobs.spool(conn, job.id, file)
                async with pool.acquire() as reader:
                    error = await _take_file(conn, reader, job, Path(file.name))
            await _finish(conn, job, error)
        finally:
            await jobs.let_go(conn, job.id)
    return True


async def _finish(conn: Connection, job: ImportJob, error: str | None) -> None:
    async with conn.transaction():
        await jobs.finish(conn, job.id, error)
        await imports.forget_dry(conn, job.id)
        await publish(conn, "import_finished", import_id=job.id, state="failed" if error else "done")
    if not job.dry_run:
        await bulk_import.settle(conn)


@dataclass(frozen=True)
class Decided:
    """A chunk whose rows have their verdicts, ready to be written."""

    matcher: Matcher
    copies: Copies


async def _take_file(writer: Connection, reader: Connection, job: ImportJob, path: Path) -> str | None:
    """Take every row; returns why the file cannot be read further, if so.

    Three chunks are in hand: one is read, one is decided, and the one before it is written. Reading and deciding
    happen in threads, so that this loop is free to keep PostgreSQL busy.
    """
    chunks = _chunks(job, path)
    ahead = _in_thread(chunks)
    before: Decided | None = None
    writing: asyncio.Task[Decided] | None = None
    rows = job.rows
    try:
        while (chunk := await ahead) is not None:
            ahead = _in_thread(chunks)
            decided = await _decide(reader, job, chunk, before)
            if writing is not None and (written := await writing) is not before:
                decided = await _decide(reader, job, chunk, written)
            before, writing = decided, asyncio.create_task(_write(writer, job, chunk, decided))
            rows += len(chunk)
    except FileRefusedError as refused:
        return f"The file cannot be read after row {rows}: {refused}"[:300]
    finally:
        ahead.cancel()
        if writing is not None:
            await writing
    return None


def _in_thread(chunks: Iterator[list[Row]]) -> asyncio.Task[list[Row] | None]:
    return asyncio.create_task(asyncio.to_thread(next, chunks, None))


def _chunks(job: ImportJob, path: Path) -> Iterator[list[Row]]:
    return chunks(job, path, RowReader(job.mapping, job.default_region).read, CHUNK_ROWS)


async def _decide(conn: Connection, job: ImportJob, chunk: list[Row], before: Decided | None) -> Decided:
    """Decide the rows of a chunk; `before` is the chunk that may not be in the database yet."""
    phones = {phone for row in chunk for phone in row.phones}
    keys = {key for row in chunk for key in row.keys}
    everything = keys.union(f"p:{phone}" for phone in phones)
    owners = await bulk_import.owners(conn, phones, keys)
    known = await bulk_import.facts(conn, set(owners.values()))
    if job.dry_run:
        more, stand_ins = await imports.dry_owners(conn, job.id, everything)
        owners, known = more | owners, stand_ins | known
    matcher = Matcher(owners, known, new_id)
    if before is not None:
        matcher.follow(before.matcher, everything)

    def take() -> Decided:
        for row in chunk:
            matcher.take(row)
        verdicts = imports.verdict_lines(job, matcher.plan.verdicts)
        changes = imports.dry_copies(job.id, matcher.plan) if job.dry_run else bulk_import.copies(matcher.plan)
        return Decided(matcher, {**changes, **verdicts})

    return await asyncio.to_thread(take)


async def _write(conn: Connection, job: ImportJob, chunk: list[Row], decided: Decided) -> Decided:
    """Write what was decided, with the checkpoint; decided anew when somebody else was faster. What was written."""
    for attempt in range(1, ATTEMPTS + 1):
        plan = decided.matcher.plan
        try:
            async with conn.transaction():
                await jobs.commit_lazily(conn)
                await bulk_import.write(conn, decided.copies)
                if job.dry_run:
                    await imports.fill_dry(conn, job.id, plan.fills)
                else:
                    await bulk_import.fill(conn, plan.fills)
                    await duplicates.offer(conn, [(*pair, 1.0, reason) for pair, reason in plan.offers.items()])
                await jobs.checkpoint(conn, job.id, len(plan.verdicts), counts(plan.verdicts))
                await publish(conn, "import_progress", import_id=job.id, rows=chunk[-1].line)
            return decided
        except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError):
            if attempt == ATTEMPTS:
                raise
            decided = await _decide(conn, job, chunk, None)
    return decided
