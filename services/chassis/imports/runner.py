"""Takes the files that people gave, chunk by chunk, each chunk in one transaction with its checkpoint.

Killed at any moment it goes on behind the last checkpoint: no row is lost and none doubled. A tier says how its rows
are read, decided and written (`Importer`); everything else is the same for all of them.
"""

from __future__ import annotations

import asyncio
import tempfile
import traceback
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import IO, ClassVar, Generic, Protocol, TypeVar

import asyncpg
import structlog

from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.chassis.imports import jobs
from services.chassis.imports.cells import FileRefusedError
from services.chassis.imports.chunks import chunks
from services.chassis.imports.jobs import ImportCancelledError, ImportJob

# Somebody else registers one of the chunk's companies at the same moment: look again.
ATTEMPTS = 5
# The database is away: no fault of the import, which is taken up again when it is back.
_UNREACHABLE = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError,
                asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)  # fmt: skip
log = structlog.get_logger(__name__)


class Numbered(Protocol):
    """A row that knows its place in the file, counted from 1 behind the header."""

    @property
    def line(self) -> int:
        """The row's number."""


Row = TypeVar("Row", bound=Numbered)
Plan = TypeVar("Plan")


class Importer(ABC, Generic[Row, Plan]):
    """How a tier takes the file of one job. A `Plan` is a chunk whose rows have their verdicts, not yet written."""

    chunk_rows: ClassVar[int]
    decides_ahead: ClassVar[bool] = False
    """Whether a chunk can be decided while the one before it is being written, from that one's plan."""
    rolls_dry_runs_back: ClassVar[bool] = False
    """Whether a dry run is the real run in one transaction that is rolled back; its verdicts alone are kept."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job

    @abstractmethod
    def reader(self) -> Callable[[int, Sequence[str]], Row]:
        """The function that reads a row from its number and its cells. It runs in a thread."""

    @abstractmethod
    async def decide(self, conn: Connection, chunk: list[Row], before: Plan | None) -> Plan:
        """Give each row of a chunk its verdict. `before`: the chunk before it, which may not be written yet."""

    @abstractmethod
    async def write(self, conn: Connection, plan: Plan) -> None:
        """Write what a chunk means. A unique or foreign key violation makes the runner decide it anew."""

    @abstractmethod
    async def write_verdicts(self, conn: Connection, plan: Plan) -> None:
        """Write what became of each row of a chunk."""

    @abstractmethod
    def counts(self, plan: Plan) -> Mapping[str, int]:
        """How many rows of a chunk are `accepted`, `merged`, `duplicate`, `rejected`."""

    @abstractmethod
    async def finish(self, conn: Connection) -> None:
        """What else happens in the transaction that closes the import."""

    async def tidy_up(self, conn: Connection) -> None:
        """What is better done once an import is closed, outside of its transactions."""


async def run_imports(pool: Pool, importer: type[Importer[Row, Plan]]) -> None:
    """A periodic job: work on the unfinished imports until none is left. One that fails stops no other."""
    passed: set[str] = set()
    while await _run_one(pool, importer, passed):
        pass


async def _run_one(pool: Pool, kind: type[Importer[Row, Plan]], passed: set[str]) -> bool:
    """Bring one import to its end, or to `passed` if it fails. False when there is nothing to do."""
    async with pool.acquire() as conn:
        job = await jobs.hold_next(conn, passed)
        if job is None:
            return False
        try:
            await _bring_to_end(conn, pool, kind, job)
        except _UNREACHABLE:
            raise
        except Exception as failure:
            passed.add(job.id)
            await _failed(conn, job, failure)
        finally:
            await jobs.release(conn, job.id)
    return True


async def _bring_to_end(conn: Connection, pool: Pool, kind: type[Importer[Row, Plan]], job: ImportJob) -> None:
    importer, error = kind(job), None
    if job.state == "running":
        # Contact data: a file without a name, which nobody else can open and which no killed worker leaves behind.
        with tempfile.TemporaryFile() as file:
            await jobs.spool(conn, job.id, file)
            async with pool.acquire() as second, _hands(conn, second, kind, job) as hands:
                importer = kind(hands.job)
                with suppress(ImportCancelledError):
                    error = await _take_file(importer, hands, file)
    await _close(conn, importer, error)


async def _failed(conn: Connection, job: ImportJob, failure: Exception) -> None:
    """Count it; the last time the import is given up, so that nobody waits for it for ever."""
    attempts = await jobs.failed_again(conn, job.id)
    # What the failure says may hold a row of the file.
    where = traceback.extract_tb(failure.__traceback__)[-1]
    log.error("import_failed", import_id=job.id, attempts=attempts, error=type(failure).__name__,
              at=f"{where.name}:{where.lineno}")  # fmt: skip
    if attempts < jobs.ATTEMPTS:
        return
    rows = (await jobs.get(conn, job.id)).rows
    why = f"It was tried {attempts} times and broke off after row {rows} ({type(failure).__name__})"
    async with conn.transaction():
        state = await jobs.finish(conn, job.id, why)
        await publish(conn, "import_finished", import_id=job.id, state=state)


@dataclass(frozen=True)
class _Hands:
    """The job, and the connections that decide on rows, write what they mean, and write their verdicts."""

    job: ImportJob
    decides: Connection
    writes: Connection
    records: Connection


@asynccontextmanager
async def _hands(
    conn: Connection, second: Connection, kind: type[Importer[Row, Plan]], job: ImportJob
) -> AsyncIterator[_Hands]:
    """A job to be taken from its checkpoint; or, if it is to be rolled back, from its first row."""
    if not (job.dry_run and kind.rolls_dry_runs_back):
        yield _Hands(job, decides=second, writes=conn, records=conn)
        return
    trial = second.transaction()
    await trial.start()
    try:
        # Nothing but verdicts is left of a dry run that was cut short.
        yield _Hands(await jobs.begin_again(conn, job), decides=second, writes=second, records=conn)
    finally:
        await trial.rollback()


async def _close(conn: Connection, importer: Importer[Row, Plan], error: str | None) -> None:
    async with conn.transaction():
        state = await jobs.finish(conn, importer.job.id, error)
        await importer.finish(conn)
        await publish(conn, "import_finished", import_id=importer.job.id, state=state)
    await importer.tidy_up(conn)


async def _take_file(importer: Importer[Row, Plan], hands: _Hands, file: IO[bytes]) -> str | None:
    """Take every row; returns why the file cannot be read further, if so. What could be read is taken.

    Three chunks are in hand: one is read, one is decided, and the one before it is written. Reading happens in a
    thread, so that this loop is free to keep PostgreSQL busy.
    """
    source = chunks(importer.job, file, importer.reader(), importer.chunk_rows)
    ahead = _in_thread(source)
    before: Plan | None = None
    writing: asyncio.Task[Plan] | None = None
    rows = importer.job.rows
    try:
        while (chunk := await ahead) is not None:
            ahead = _in_thread(source)
            if writing is not None and not importer.decides_ahead:
                await writing
                before, writing = None, None
            plan = await importer.decide(hands.decides, chunk, before)
            if writing is not None and (written := await writing) is not before:
                # The chunk before had to be decided anew, so this one was decided from a plan that never came true.
                plan = await importer.decide(hands.decides, chunk, written)
            before, writing = plan, asyncio.create_task(_write(importer, hands, chunk, plan))
            rows += len(chunk)
    except FileRefusedError as refused:
        return f"The file cannot be read after row {rows}: {refused}"[:300]
    finally:
        # The thread that reads must be out of the file before it is closed.
        await asyncio.gather(ahead, return_exceptions=True)
        source.close()
        if writing is not None:
            await writing
    return None


def _in_thread(source: Iterator[list[Row]]) -> asyncio.Task[list[Row] | None]:
    return asyncio.create_task(asyncio.to_thread(next, source, None))


async def _write(importer: Importer[Row, Plan], hands: _Hands, chunk: list[Row], plan: Plan) -> Plan:
    """Write a chunk with its checkpoint, decided anew whenever somebody else was faster; the plan that was written."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with hands.writes.transaction():
                await importer.write(hands.writes, plan)
                await _record(importer, hands.records, chunk, plan)
        except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError):
            if attempt == ATTEMPTS:
                raise
            plan = await importer.decide(hands.writes, chunk, None)
        else:
            break
    return plan


async def _record(importer: Importer[Row, Plan], conn: Connection, chunk: list[Row], plan: Plan) -> None:
    """The verdicts of a chunk and the checkpoint behind it; progress is told at the commit."""
    async with conn.transaction():
        await jobs.commit_lazily(conn)
        await importer.write_verdicts(conn, plan)
        await jobs.checkpoint(conn, importer.job.id, len(chunk), importer.counts(plan))
        await publish(conn, "import_progress", import_id=importer.job.id, rows=chunk[-1].line)
