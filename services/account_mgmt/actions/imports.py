"""The import runner of tier 3: a customer file chunk by chunk, each in one transaction with its checkpoint.

Killed at any moment it goes on behind the last checkpoint: no row is lost and none doubled. A dry run does the same
work and rolls it back; only its verdicts are kept, through a connection of their own.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from services.account_mgmt.domain.import_plan import Plan, Planner
from services.account_mgmt.domain.import_rows import Row, RowReader
from services.account_mgmt.repository import imports
from services.chassis import outbox
from services.chassis.db import Connection, Pool, new_id
from services.chassis.events import publish
from services.chassis.imports import jobs
from services.chassis.imports.cells import FileRefusedError
from services.chassis.imports.chunks import chunks
from services.chassis.imports.jobs import ImportJob
from services.chassis.outbox import StartWorkflow
from workflows.contracts import ids, queues
from workflows.contracts.open_care import OpenCareInput

CHUNK_ROWS = 1_000
BY = "import"
# Somebody else wins one of the chunk's customers at the same moment: look again.
ATTEMPTS = 5


class _DryRunIsOver(Exception):
    """Rolls a dry run back."""


async def run_imports(pool: Pool) -> None:
    """Work on the oldest unfinished import until none is left."""
    while await _run_one(pool):
        pass


async def _run_one(pool: Pool) -> bool:
    async with pool.acquire() as conn:
        job = await jobs.hold_next(conn)
        if job is None:
            return False
        try:
            with tempfile.NamedTemporaryFile(prefix="leadrelay-import-") as file:
                await jobs.spool(conn, job.id, file)
                take = _dry_run if job.dry_run else _take_file
                error = await take(pool, conn, job, Path(file.name))
            await _finish(conn, job, error)
        finally:
            await jobs.let_go(conn, job.id)
    return True


async def _finish(conn: Connection, job: ImportJob, error: str | None) -> None:
    """What could be read is taken, also of a file that breaks off; the new customers' care is opened."""
    async with conn.transaction():
        await jobs.finish(conn, job.id, error)
        if not job.dry_run:
            start = StartWorkflow(
                workflow="OpenCare", id=ids.open_care(job.id), task_queue=queues.ACCOUNT_MGMT,
                input=OpenCareInput(import_id=job.id), summary="Opens the care of imported customers",
            )  # fmt: skip
            await outbox.start(conn, start, event_id=f"open-care:{job.id}")
        await publish(conn, "import_finished", import_id=job.id, state="failed" if error else "done")


async def _take_file(_pool: Pool, conn: Connection, job: ImportJob, path: Path) -> str | None:
    """Take every row; why the file cannot be read further, if so."""
    rows = job.rows
    try:
        async for chunk in _in_threads(_chunks(job, path)):
            await _take_chunk(conn, job, chunk)
            rows += len(chunk)
    except FileRefusedError as refused:
        return f"The file cannot be read after row {rows}: {refused}"[:300]
    return None


async def _take_chunk(conn: Connection, job: ImportJob, chunk: list[Row]) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with conn.transaction():
                plan = await _write(conn, job, chunk)
                await _keep_verdicts(conn, job, plan)
            return
        except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError):
            if attempt == ATTEMPTS:
                raise


async def _dry_run(pool: Pool, conn: Connection, job: ImportJob, path: Path) -> str | None:
    await imports.begin_again(conn, job.id)
    job = job.model_copy(update={"rows": 0})
    error: str | None = None
    async with pool.acquire() as work:
        try:
            async with work.transaction():
                try:
                    async for chunk in _in_threads(_chunks(job, path)):
                        plan = await _write(work, job, chunk)
                        async with conn.transaction():
                            await _keep_verdicts(conn, job, plan)
                except FileRefusedError as refused:
                    error = f"The file cannot be read further: {refused}"[:300]
                raise _DryRunIsOver
        except _DryRunIsOver:
            return error


async def _write(conn: Connection, job: ImportJob, chunk: list[Row]) -> Plan:
    planner = Planner(await imports.known(conn, chunk, job.id), new_id)
    for row in chunk:
        planner.take(row)
    await imports.write(conn, planner.plan, job.id, BY)
    return planner.plan


async def _keep_verdicts(conn: Connection, job: ImportJob, plan: Plan) -> None:
    await imports.write_verdicts(conn, job.id, plan.verdicts, dry=job.dry_run)
    await jobs.checkpoint(conn, job.id, len(plan.verdicts), plan.counts())
    await publish(conn, "import_progress", import_id=job.id, rows=plan.verdicts[-1].line)


def _chunks(job: ImportJob, path: Path) -> Iterator[list[Row]]:
    return chunks(job, path, RowReader(job.mapping, job.default_region, datetime.now(UTC).date()).read, CHUNK_ROWS)


async def _in_threads(chunks: Iterator[list[Row]]) -> AsyncIterator[list[Row]]:
    """Reading happens in a thread, so that this loop is free meanwhile."""
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk
