"""Delivers the outbox to Temporal: woken by NOTIFY, swept every second, one batch at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import structlog
from temporalio.client import Client

from services.chassis.db import Connection, Pool
from services.chassis.outbox import rows
from services.chassis.outbox.append import CHANNEL
from services.chassis.outbox.delivery import Verdict, deliver, judge
from services.chassis.outbox.rows import OutboxRow

log = structlog.get_logger(__name__)

BATCH = 50
SWEEP_SECONDS = 1.0
MAX_PAUSE_SECONDS = 5.0


class Dispatcher:
    """Hosted by a tier's worker; any number of them may run on one database."""

    def __init__(self, pool: Pool, client: Client, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._pool = pool
        self._client = client
        self._sweep_seconds = sweep_seconds
        self._woken = asyncio.Event()
        self._pause = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set. Errors of the database are left to the caller, who restarts this."""
        async with self._listening():
            while not stop.is_set():
                self._woken.clear()
                delivered = await self.deliver_batch()
                if self._pause:
                    await _wait(stop, self._pause)
                elif delivered == 0:
                    await self._wait_for_work(stop)

    async def deliver_batch(self) -> int:
        """Deliver the heads of all lines once; how many rows were settled."""
        async with self._pool.acquire() as conn, conn.transaction():
            batch = await rows.heads(conn, BATCH)
            if not batch:
                return 0
            verdicts = await asyncio.gather(*(self._try(row) for row in batch))
            delivered = [
                row.id for row, (verdict, _) in zip(batch, verdicts, strict=True) if verdict is Verdict.DELIVERED
            ]
            await rows.settle(conn, delivered, "delivered")
            for row, (verdict, error) in zip(batch, verdicts, strict=True):
                await self._record_trouble(conn, row, verdict, error)
        outage = any(verdict is Verdict.OUTAGE for verdict, _ in verdicts)
        self._pause = min(MAX_PAUSE_SECONDS, max(0.25, self._pause * 2)) if outage else 0.0
        return sum(verdict in (Verdict.DELIVERED, Verdict.DROPPED, Verdict.DEAD) for verdict, _ in verdicts)

    async def _try(self, row: OutboxRow) -> tuple[Verdict, str | None]:
        try:
            await deliver(self._client, row)
        except Exception as error:
            return judge(row, error), f"{type(error).__name__}: {error}"[:500]
        return Verdict.DELIVERED, None

    @staticmethod
    async def _record_trouble(conn: Connection, row: OutboxRow, verdict: Verdict, error: str | None) -> None:
        match verdict:
            case Verdict.DROPPED:
                await rows.settle(conn, [row.id], "dropped", error)
            case Verdict.DEAD:
                log.error("outbox_row_set_aside", row=row.id, workflow_id=row.workflow_id, error=error)
                await rows.settle(conn, [row.id], "dead", error)
            case Verdict.RETRY:
                log.warning("outbox_row_failed", row=row.id, workflow_id=row.workflow_id, error=error)
                await rows.retry_later(conn, row, error or "")
            case Verdict.OUTAGE:
                log.warning("temporal_does_not_answer", row=row.id, error=error)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        """LISTEN is only a hint that saves waiting for the sweep."""

        def wake(*_: object) -> None:
            self._woken.set()

        async with self._pool.acquire() as conn:
            await conn.add_listener(CHANNEL, wake)
            try:
                yield
            finally:
                with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                    await conn.remove_listener(CHANNEL, wake)

    async def _wait_for_work(self, stop: asyncio.Event) -> None:
        waiting = [asyncio.create_task(self._woken.wait()), asyncio.create_task(stop.wait())]
        try:
            await asyncio.wait(waiting, timeout=self._sweep_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
