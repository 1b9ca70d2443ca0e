"""Delivers the outbox to Temporal: woken by NOTIFY, looks for itself every second, one batch at a time.

Rows are claimed in one short transaction and their fate is recorded in another; nothing is locked while Temporal is
asked. A dispatcher that dies leaves its claims to run out, and another delivers those rows again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import structlog
from temporalio.client import Client

from services.chassis import tracing
from services.chassis.background import wait
from services.chassis.db import Pool
from services.chassis.outbox import rows
from services.chassis.outbox.append import CHANNEL
from services.chassis.outbox.delivery import RPC_TIMEOUT, Verdict, deliver, judge
from services.chassis.outbox.rows import OutboxRow, Outcome

log = structlog.get_logger(__name__)

BATCH = 50
POLL_SECONDS = 1.0
MAX_PAUSE_SECONDS = 5.0
# A delivery is two calls at most. What is not under way by the end of a claim is not begun any more: by then another
# dispatcher may have delivered the row and the one behind it.
SAFETY = timedelta(seconds=5)
LEASE = 2 * RPC_TIMEOUT + 2 * SAFETY


class Dispatcher:
    """Hosted by a tier's worker; any number of them may run on one database."""

    def __init__(
        self, pool: Pool, client: Client, *, poll_seconds: float = POLL_SECONDS, lease: timedelta = LEASE
    ) -> None:
        self._pool = pool
        self._client = client
        self._poll_seconds = poll_seconds
        self._lease = lease
        self._woken = asyncio.Event()
        self._pause = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set. Errors of the database are left to the caller, who starts this again."""
        async with self._listening():
            while not stop.is_set():
                self._woken.clear()
                settled = await self.deliver_batch()
                if self._pause:
                    await wait(stop, self._pause)
                elif settled == 0:
                    await self._wait_for_work(stop)

    async def deliver_batch(self) -> int:
        """Deliver the heads of all lines once; how many rows were settled."""
        # Before the claim is made, so that this clock runs out before PostgreSQL's does.
        ends = asyncio.get_running_loop().time() + (self._lease - SAFETY).total_seconds()
        async with self._pool.acquire() as conn:
            claim = await rows.claim(conn, BATCH, self._lease)
        if not claim.rows:
            return 0
        # A group, so that nothing is still being delivered once this has ended, however it ends.
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._try(row, ends)) for row in claim.rows]
        tried = [task.result() for task in tasks]
        outcomes = [_outcome(row, *result) for row, result in zip(claim.rows, tried, strict=True)]
        async with self._pool.acquire() as conn:
            recorded = await rows.record(conn, claim, outcomes)
        if recorded < len(outcomes):
            log.warning("outbox_claim_lost", rows=len(outcomes) - recorded)
        outage = any(verdict is Verdict.OUTAGE for verdict, _ in tried)
        self._pause = min(MAX_PAUSE_SECONDS, max(0.25, self._pause * 2)) if outage else 0.0
        return sum(outcome.state != "pending" for outcome in outcomes)

    async def _try(self, row: OutboxRow, ends: float) -> tuple[Verdict, str | None]:
        try:
            if asyncio.get_running_loop().time() >= ends:
                raise TimeoutError("the claim has run out")
            async with asyncio.timeout_at(ends):
                await self._deliver(row)
        except Exception as error:
            return judge(row, error), f"{type(error).__name__}: {error}"[:500]
        return Verdict.DELIVERED, None

    async def _deliver(self, row: OutboxRow) -> None:
        with tracing.going_on(row.trace), tracing.tracer().start_as_current_span("outbox delivers") as span:
            span.set_attribute("leadrelay.what", row.signal or row.workflow or row.activity or "")
            await deliver(self._client, row)

    @contextlib.asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        """LISTEN is only a hint that saves waiting for the next look."""

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
            await asyncio.wait(waiting, timeout=self._poll_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


def _outcome(row: OutboxRow, verdict: Verdict, error: str | None) -> Outcome:
    """What is recorded of a delivery; trouble is logged."""
    about = {"row": row.id, "workflow_id": row.workflow_id, "error": error}
    match verdict:
        case Verdict.DELIVERED:
            return Outcome(row, "delivered", None)
        case Verdict.DROPPED:
            return Outcome(row, "dropped", error)
        case Verdict.DEAD:
            log.error("outbox_row_set_aside", **about)
            return Outcome(row, "dead", error)
        case Verdict.RETRY:
            log.warning("outbox_row_failed", **about)
            return Outcome(row, "pending", error, pause=rows.backoff(row.attempts))
        case Verdict.OUTAGE:
            log.warning("temporal_unreachable", **about)
            return Outcome(row, "pending", row.last_error, counts=False)
