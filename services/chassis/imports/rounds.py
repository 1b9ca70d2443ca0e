"""The worker's round through a queue of files: each brought to its end, and one that fails stops no other."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.chassis.imports.breaks import place_of
from services.chassis.imports.queue import ATTEMPTS, STARTS, FileQueue

# The database is away, or others hold what the file needs: no fault of the file, which is taken up again later.
_UNREACHABLE = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError,
                asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.LockNotAvailableError,
                asyncpg.TransactionRollbackError)  # fmt: skip
# The file does not fit on this disk; a smaller one may.
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Round:
    """How the files of a queue are worked on: `work` brings the job of a row to its end, on the connection that holds
    it; `end` closes one that is given up, with the reason."""

    queue: FileQueue
    work: Callable[[Connection, Any], Awaitable[None]]
    end: Callable[[Connection, Any, str], Awaitable[None]]


def unreachable(error: BaseException) -> bool:
    """Whether this is the database being away or busy, and neither the file's fault nor ours."""
    return isinstance(error, _UNREACHABLE) and getattr(error, "errno", None) not in _NO_ROOM


async def run_round(pool: Pool, todo: Round) -> None:
    """Work on the unfinished jobs until none is left, or only those that failed in this round."""
    passed: set[str] = set()
    while await _run_one(pool, todo, passed):
        pass


async def _run_one(pool: Pool, todo: Round, passed: set[str]) -> bool:
    """Bring one job to its end, or to `passed` if it fails. False when there is nothing to do."""
    async with pool.acquire() as conn:
        row = await todo.queue.hold_next(conn, passed)
        if row is None:
            return False
        try:
            if row["starts"] > STARTS and row["state"] == "running":
                await _give_up(conn, todo, row, f"{STARTS} times the worker came no further, and did not say why")
            else:
                await todo.work(conn, row)
        except Exception as failure:
            if unreachable(failure):
                raise
            passed.add(row["id"])
            await _failed(conn, todo, row, failure)
        finally:
            await todo.queue.release(conn, row["id"])
    return True


async def _failed(conn: Connection, todo: Round, row: Any, failure: Exception) -> None:
    """Count it; the last time the job is given up, so that nobody waits for it for ever."""
    attempts, taken = await todo.queue.failed_again(conn, row["id"])
    log.error("file_failed", job=todo.queue.name, job_id=row["id"], attempts=attempts, error=type(failure).__name__,
              at=place_of(failure))  # fmt: skip
    if attempts >= ATTEMPTS:
        why = f"It was tried {attempts} times and broke off after row {taken} ({type(failure).__name__})"
        await _give_up(conn, todo, row, why)


async def _give_up(conn: Connection, todo: Round, row: Any, why: str) -> None:
    try:
        await todo.end(conn, row, why)
    except Exception as failure:
        if unreachable(failure):
            raise
        # Its end is what breaks.
        await close(conn, todo.queue, row["id"], why)


async def close(
    conn: Connection, queue: FileQueue, job_id: str, error: str | None = None,
    finish: Callable[[Connection], Awaitable[None]] | None = None,
) -> None:  # fmt: skip
    """The job is over, `finish` does what else belongs to that, and whoever listens is told."""
    async with conn.transaction():
        state = await queue.finish(conn, job_id, error)
        if finish is not None:
            await finish(conn)
        await publish(conn, queue.event, **{queue.key: job_id, "state": state})
