"""Sends what is due to its receivers, at least once, each receiver at its own pace.

Messages are claimed in one short transaction and their fate is recorded in another; nothing is locked while a receiver
is asked. What a killed worker had in hand is sent again, under the same `webhook-id`, when its claim has run out. The
order is not promised: a message that is tried again is overtaken.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import structlog

from services.chassis.background import wait
from services.chassis.db import Connection, Pool
from services.chassis.events import publish
from services.chassis.webhooks import deliveries, rows
from services.chassis.webhooks.deliveries import Claimed
from services.chassis.webhooks.post import Post
from services.chassis.webhooks.schedule import DISABLE_AFTER, Answer, Fate, judge, pause, wish_of

log = structlog.get_logger(__name__)
POLL_SECONDS = 1.0
GONE = "its receiver answered 410: it wants no more messages"
SILENT = f"its receiver has taken no message for {DISABLE_AFTER.days} days"


class Courier:
    """Hosted by a tier's worker; any number of them may run on one database."""

    def __init__(self, pool: Pool, post: Post) -> None:
        self._pool = pool
        self._post = post
        self._free = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, and end what is in hand. Errors of the database are left to the caller."""
        under_way: set[asyncio.Task[None]] = set()

        def ended(task: asyncio.Task[None]) -> None:
            under_way.discard(task)
            self._free.set()

        try:
            while not stop.is_set():
                self._free.clear()
                for one in await self._claim():
                    task = asyncio.create_task(self._try(one))
                    under_way.add(task)
                    task.add_done_callback(ended)
                await self._wait(stop)
        finally:
            if under_way:
                await asyncio.wait(under_way)

    async def deliver_due(self) -> int:
        """Deliver what is due now, once; how many were tried."""
        claimed = await self._claim()
        async with asyncio.TaskGroup() as group:
            for one in claimed:
                group.create_task(self._try(one))
        return len(claimed)

    async def _claim(self) -> list[Claimed]:
        async with self._pool.acquire() as conn:
            return await deliveries.claim(conn)

    async def _wait(self, stop: asyncio.Event) -> None:
        """Until it is time to look again, or a place is free."""
        ended = asyncio.create_task(wait(stop, POLL_SECONDS))
        freed = asyncio.create_task(self._free.wait())
        try:
            await asyncio.wait([ended, freed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended.cancel()
            freed.cancel()

    async def _try(self, claimed: Claimed) -> None:
        try:
            answer = await self._post.send(claimed.url, claimed.message_id, claimed.body, claimed.secrets)
        except Exception as error:  # whatever an address or a receiver can make of a library
            log.error("webhook_not_sent", delivery=claimed.id, error=type(error).__name__)
            answer = Answer(None, f"it could not be sent ({type(error).__name__})")
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                await settle(conn, claimed, answer)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # It is sent again when the claim has run out.
            log.warning("webhook_not_recorded", delivery=claimed.id, error=type(error).__name__)


async def settle(conn: Connection, claimed: Claimed, answer: Answer) -> None:
    """Record an attempt and what it says of the receiver, in the caller's transaction."""
    await deliveries.hold_webhook(conn, claimed.webhook_id)
    fate = judge(answer, claimed.attempts)
    if not await _record(conn, claimed, answer, fate):
        return
    if fate is Fate.DELIVERED:
        await rows.took_one(conn, claimed.webhook_id)
        return
    log.warning("webhook_failed", delivery=claimed.id, status=answer.status, attempts=claimed.attempts, fate=fate.value)
    late = await rows.failed_one(conn, claimed.webhook_id, DISABLE_AFTER)
    if fate is Fate.GONE or late:
        why = GONE if fate is Fate.GONE else SILENT
        await rows.disable(conn, claimed.webhook_id, why)
        log.error("webhook_disabled", webhook_id=claimed.webhook_id, why=why)
        await publish(conn, "webhook.disabled", webhook_id=claimed.webhook_id)


async def _record(conn: Connection, claimed: Claimed, answer: Answer, fate: Fate) -> bool:
    said = answer.said or (f"it answered {answer.status}" if answer.status else None)
    if fate is Fate.DELIVERED:
        return await deliveries.record(conn, claimed, "delivered", status=answer.status, error=None)
    if fate is Fate.RETRY:
        wait_for = pause(claimed.attempts, wish_of(answer.retry_after, datetime.now(UTC)))
        return await deliveries.record(conn, claimed, "pending", status=answer.status, error=said, pause=wait_for)
    return await deliveries.record(conn, claimed, "dead", status=answer.status, error=said)
