"""Files that wait for the worker: their bytes in parts, who holds which, how often one failed, and how it ended.

A table of such jobs has the columns `id`, `state`, `attempts`, `starts`, `error`, `created_at` and `finished_at`; the
parts of its files are in a table beside it.
"""

# ruff: noqa: S608 - the names of tables and columns are constants of the code

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO, Any

from services.chassis.db import Connection
from services.chassis.errors import Conflict, NotFound

ATTEMPTS = 3
"""So often a job may fail without getting further; then it is given up."""
STARTS = 20
"""So often a worker may die over a job, or have to wait, without getting further; then it is given up too."""


PART_BYTES = 1 << 20


class JobCancelledError(Exception):
    """Somebody called the job off while it was being worked on."""


@dataclass(frozen=True)
class FileQueue:
    """One table of jobs: what people call them, the table of their parts, and the event that tells of their end.

    `key` is the column that names the job among the parts, and its name in events; `taken` the column that counts the
    rows behind the checkpoint.
    """

    name: str
    table: str
    parts: str
    key: str
    taken: str
    event: str

    async def add_part(self, conn: Connection, job_id: str, part: int, content: bytes) -> None:
        """Keep the next piece of the file."""
        await conn.execute(
            f"INSERT INTO {self.parts} ({self.key}, part, content) VALUES ($1, $2, $3)", job_id, part, content
        )

    async def keep(self, conn: Connection, job_id: str, file: IO[bytes]) -> None:
        """Keep the whole file, from its beginning."""
        file.seek(0)
        part = 0
        while content := await asyncio.to_thread(file.read, PART_BYTES):
            await self.add_part(conn, job_id, part, content)
            part += 1

    async def spool(self, conn: Connection, job_id: str, file: IO[bytes]) -> None:
        """Write the file's parts, one after another, into `file`."""
        query, part = f"SELECT content FROM {self.parts} WHERE {self.key} = $1 AND part = $2", 0
        while (content := await conn.fetchval(query, job_id, part)) is not None:
            file.write(content)
            part += 1
        file.flush()

    async def cancel(self, conn: Connection, job_id: str) -> None:
        """Call a job off: what was taken stays, the rest is not. The worker closes it. Raises NotFound, Conflict."""
        updated = await conn.fetchval(
            f"""UPDATE {self.table} SET state = 'cancelled' WHERE id = $1 AND state IN ('queued', 'running')
                RETURNING id""",
            job_id,
        )
        if updated is None:
            state = await conn.fetchval(f"SELECT state FROM {self.table} WHERE id = $1", job_id)
            if state is None:
                raise NotFound(f"There is no {self.name} {job_id}")
            raise Conflict(f"The {self.name} is over: it is {state}")

    async def hold_next(self, conn: Connection, passed: Collection[str] = ()) -> Any | None:
        """The row of the next unfinished job that no other worker holds, but none of `passed`.

        Those that failed before come last. It is held until `release`, or until the connection ends.
        """
        # One that was called off is open until the worker has closed it.
        rows = await conn.fetch(
            f"""SELECT id FROM {self.table} WHERE state IN ('queued', 'running', 'cancelled') AND finished_at IS NULL
                   AND id <> ALL($1::uuid[]) ORDER BY attempts + starts, created_at LIMIT 20""",
            list(passed),
        )
        for row in rows:
            if await conn.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 1))", row["id"]):
                # Another worker may have finished it before we held it.
                job = await conn.fetchrow(
                    f"""UPDATE {self.table} SET state = CASE state WHEN 'queued' THEN 'running' ELSE state END,
                               starts = starts + 1
                         WHERE id = $1 AND state IN ('queued', 'running', 'cancelled') AND finished_at IS NULL
                     RETURNING *""",
                    row["id"],
                )
                if job is not None:
                    return job
                await self.release(conn, row["id"])
        return None

    async def release(self, conn: Connection, job_id: str) -> None:
        """Let another worker go on with it."""
        await conn.execute("SELECT pg_advisory_unlock(hashtextextended($1, 1))", job_id)

    async def failed_again(self, conn: Connection, job_id: str) -> tuple[int, int]:
        """Count a failure, which is no death of a worker; how many there were since row so-and-so was taken."""
        (row,) = await conn.fetch(
            f"""UPDATE {self.table} SET attempts = attempts + 1, starts = 0 WHERE id = $1
                RETURNING attempts, {self.taken} AS taken""",
            job_id,
        )
        return row["attempts"], row["taken"]

    async def finish(self, conn: Connection, job_id: str, error: str | None = None) -> str:
        """The job is done, or failed as a whole with a reason, unless it was called off; its file is not needed any
        more. Its state."""
        state: str = await conn.fetchval(
            f"""UPDATE {self.table} SET state = CASE state WHEN 'cancelled' THEN state ELSE $2 END, error = $3,
                       finished_at = now() WHERE id = $1 RETURNING state""",
            job_id,
            "failed" if error else "done",
            error,
        )
        await conn.execute(f"DELETE FROM {self.parts} WHERE {self.key} = $1", job_id)
        return state
