"""Effects of activities, once per business key: a repeated request gets the first answer.

The effect and its answer are written in one transaction, so a worker may die at any moment and Temporal may
deliver a request as often as it likes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from services.chassis.db import Connection, Pool
from workflows.contracts.base import Message

# Far beyond the week for which an activity is retried, and the month in which a workflow may be reset.
KEEP = timedelta(days=90)
_PURGED_AT_ONCE = 5000
M = TypeVar("M", bound=Message)


async def once(pool: Pool, key: str, answer: type[M], effect: Callable[[Connection], Awaitable[M]]) -> M:
    """Run the effect and keep its answer in one transaction; for a known key, give the kept answer.

    A second transaction with the same key waits until the first one has ended. What `effect` raises rolls
    everything back, the key included.
    """
    async with pool.acquire() as conn, conn.transaction():
        if not await conn.fetchval("INSERT INTO effects (key) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true", key):
            return answer.model_validate(await conn.fetchval("SELECT answer FROM effects WHERE key = $1", key))
        result = await effect(conn)
        await conn.execute("UPDATE effects SET answer = $2 WHERE key = $1", key, result.model_dump(mode="json"))
        return result


async def known(pool: Pool, key: str, answer: type[M]) -> M | None:
    """The answer kept under a key, or none: for work that is too long to be done inside a transaction."""
    async with pool.acquire() as conn:
        kept = await conn.fetchval("SELECT answer FROM effects WHERE key = $1", key)
    return None if kept is None else answer.model_validate(kept)


async def purge(pool: Pool) -> int:
    """A periodic job: forget answers that no retry can ask for any more, a few thousand at once; how many."""
    async with pool.acquire() as conn:
        status = await conn.execute(
            """DELETE FROM effects
                WHERE key = ANY(ARRAY(SELECT key FROM effects WHERE at < now() - $1::interval LIMIT $2))""",
            KEEP,
            _PURGED_AT_ONCE,
        )
    return int(status.rsplit(" ", 1)[-1])
