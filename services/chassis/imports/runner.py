"""Takes the files that people gave, chunk by chunk, each chunk in one transaction with its checkpoint.

Killed at any moment it goes on behind the last checkpoint: no row is lost and none doubled. A tier says how its rows
are read, decided and written (`Importer`); everything else is the same for all of them.
"""

from __future__ import annotations

import asyncio
import tempfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import IO, Any, ClassVar, Generic, Protocol, TypeVar

import asyncpg

from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.chassis.imports import jobs, rounds, row_source
from services.chassis.imports.breaks import place_of
from services.chassis.imports.cells import FileRefusedError
from services.chassis.imports.jobs import ImportJob
from services.chassis.imports.queue import JobCancelledError

# Somebody else registers one of the chunk's companies at the same moment: look again.
ATTEMPTS = 5
# More rows than this, one after another, that break where they are taken are no bad rows: something is wrong with us.
MAX_BROKEN = 20
# So much of a file is read at once: each look at the disk lets go of the interpreter, which busy threads keep for long.
BUFFER_BYTES = 1 << 20


class Numbered(Protocol):
    """A row that knows its place in the file, counted from 1 behind the header."""

    @property
    def line(self) -> int:
        """The row's number."""

    @property
    def cells(self) -> Sequence[str]:
        """What the file says."""


Row = TypeVar("Row", bound=Numbered)
Plan = TypeVar("Plan")


class Importer(ABC, Generic[Row, Plan]):
    """How a tier takes the file of one job. A `Plan` is a chunk whose rows have their verdicts, not yet written."""

    chunk_rows: ClassVar[int]
    decides_ahead: ClassVar[bool] = False
    """Whether a chunk can be decided while the one before it is being written, from that one's plan."""
    reads_apart: ClassVar[str | None] = None
    """`module:function` that makes, of the job's `reading()`, the reader of the process apart in which large text files
    are read. It is as `reader()`, but makes of a row plain values for `unpack`."""
    rolls_dry_runs_back: ClassVar[bool] = False
    """Whether a dry run is the real run in one transaction that is rolled back; its verdicts alone are kept."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job

    @abstractmethod
    def reader(self) -> Callable[[int, Sequence[str]], Row]:
        """The function that reads a row from its number and its cells. It runs in a thread."""

    def unpack(self, line: int, cells: Sequence[str], packed: Any) -> Row:
        """The row that the process apart made this of; only for importers with `reads_apart`."""
        raise NotImplementedError

    def look(self, rows: Iterator[Sequence[str]]) -> None:
        """Learn from the whole file before its rows are read, whatever of them was taken. It runs in a thread."""

    @abstractmethod
    def unreadable(self, line: int, cells: Sequence[str], reason: str) -> Row:
        """A row that is to be rejected for this reason, whatever its cells hold."""

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

    async def work(conn: Connection, row: Any) -> None:
        await _bring_to_end(conn, pool, importer, ImportJob.of(row))

    async def end(conn: Connection, row: Any, why: str) -> None:
        await _close(conn, importer(ImportJob.of(row)), why)

    await rounds.run_round(pool, rounds.Round(jobs.QUEUE, work, end))


async def _bring_to_end(conn: Connection, pool: Pool, kind: type[Importer[Row, Plan]], job: ImportJob) -> None:
    importer, error = kind(job), None
    if job.state == "running":
        # Contact data: a file without a name, which nobody else can open and which no killed worker leaves behind.
        with tempfile.TemporaryFile(buffering=BUFFER_BYTES) as file:
            await jobs.QUEUE.spool(conn, job.id, file)
            async with pool.acquire() as second, _hands(conn, second, kind, job) as hands:
                importer = kind(hands.job)
                await asyncio.to_thread(importer.look, row_source.every_row(importer, file))
                take = _take_row_by_row if job.attempts else _take_file
                with suppress(JobCancelledError):
                    error = await take(importer, hands, file)
    await _close(conn, importer, error)


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
    await rounds.close(conn, jobs.QUEUE, importer.job.id, error, importer.finish)
    await importer.tidy_up(conn)


async def _take_file(importer: Importer[Row, Plan], hands: _Hands, file: IO[bytes]) -> str | None:
    """Take every row; returns why the file cannot be read further, if so. What could be read is taken.

    Three chunks are in hand: one is read, one is decided, and the one before it is written. Reading happens in a
    process of its own, or in a thread, so that this loop is free to keep PostgreSQL busy.
    """
    source = row_source.rows_apart(importer, file)
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
        return _broke_off(rows, refused)
    finally:
        # The thread that reads must be out of the file before it is closed.
        await asyncio.gather(ahead, return_exceptions=True)
        source.close()
        if writing is not None:
            await writing
    return None


def _broke_off(rows: int, refused: FileRefusedError) -> str:
    return f"The file cannot be read after row {rows}: {refused}"[:300]


async def _take_row_by_row(importer: Importer[Row, Plan], hands: _Hands, file: IO[bytes]) -> str | None:
    """`_take_file` for an import that failed before: one chunk after another, and where one breaks, its rows, so that
    the row that breaks is rejected and no other."""
    source, rows, broken = row_source.rows_here(importer, file), importer.job.rows, [0]
    try:
        while (chunk := await _in_thread(source)) is not None:
            await _take_chunk(importer, hands, chunk, broken)
            rows += len(chunk)
    except FileRefusedError as refused:
        return _broke_off(rows, refused)
    finally:
        source.close()
    return None


async def _take_chunk(importer: Importer[Row, Plan], hands: _Hands, chunk: list[Row], broken: list[int]) -> None:
    """Take rows together, or half by half if they break. `broken`: how many rows broke one after another."""
    try:
        async with hands.decides.transaction():
            plan = await importer.decide(hands.decides, chunk, None)
        await _write(importer, hands, chunk, plan)
        broken[0] = 0
    except JobCancelledError:
        raise
    except Exception as error:
        if rounds.unreachable(error):
            raise
        half = len(chunk) // 2
        if half:
            await _take_chunk(importer, hands, chunk[:half], broken)
            await _take_chunk(importer, hands, chunk[half:], broken)
            return
        broken[0] += 1
        if broken[0] > MAX_BROKEN:
            raise
        row_source.report(importer, chunk[0].line, type(error).__name__, place_of(error))
        await _reject(importer, hands, chunk[0], f"this row cannot be taken ({type(error).__name__})")


async def _reject(importer: Importer[Row, Plan], hands: _Hands, row: Row, reason: str) -> None:
    """Reject a row that broke; without its cells if it is they that cannot be written."""
    try:
        await _write_rejected(importer, hands, importer.unreadable(row.line, row.cells, reason))
    except (asyncpg.DataError, UnicodeError):
        await _write_rejected(importer, hands, importer.unreadable(row.line, [], reason))


async def _write_rejected(importer: Importer[Row, Plan], hands: _Hands, row: Row) -> None:
    plan = await importer.decide(hands.decides, [row], None)
    # No progress: attempts are counted on.
    await _write(importer, hands, [row], plan, lasting=False)


def _in_thread(source: Iterator[list[Row]]) -> asyncio.Task[list[Row] | None]:
    return asyncio.create_task(asyncio.to_thread(next, source, None))


async def _write(
    importer: Importer[Row, Plan], hands: _Hands, chunk: list[Row], plan: Plan, *, lasting: bool = True
) -> Plan:
    """Write a chunk with its checkpoint, decided anew whenever somebody else was faster; the plan that was written."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with hands.writes.transaction():
                await importer.write(hands.writes, plan)
                await _record(importer, hands.records, chunk, plan, lasting=lasting)
        except (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError, asyncpg.DeadlockDetectedError):
            if attempt == ATTEMPTS:
                raise
            plan = await importer.decide(hands.writes, chunk, None)
        else:
            break
    return plan


async def _record(
    importer: Importer[Row, Plan], conn: Connection, chunk: list[Row], plan: Plan, *, lasting: bool
) -> None:
    """The verdicts of a chunk and the checkpoint behind it; progress is told at the commit."""
    async with conn.transaction():
        await jobs.commit_lazily(conn)
        await importer.write_verdicts(conn, plan)
        # What is rolled back begins anew after a failure.
        lasting = lasting and not (importer.job.dry_run and importer.rolls_dry_runs_back)
        await jobs.checkpoint(conn, importer.job.id, len(chunk), importer.counts(plan), lasting=lasting)
        await publish(conn, "import_progress", import_id=importer.job.id, rows=chunk[-1].line)
