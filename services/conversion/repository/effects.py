"""Activities' answers by business key: an effect happens once, and whoever asks again gets the first answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from services.chassis.db import Connection
from workflows.contracts.base import Message


async def take(conn: Connection, key: str) -> dict[str, Any] | None:
    """Claim the key in the open transaction; none when it was free, else the answer given before.

    A second transaction with the same key waits here until the first one has ended.
    """
    if await conn.fetchval("INSERT INTO effects (key) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true", key):
        return None
    return cast(dict[str, Any], await conn.fetchval("SELECT answer FROM effects WHERE key = $1", key))


async def store(conn: Connection, key: str, answer: Message) -> None:
    """Keep the answer beside its effect."""
    await conn.execute("UPDATE effects SET answer = $2 WHERE key = $1", key, answer.model_dump(mode="json"))


async def purge(conn: Connection, older_than: timedelta) -> int:
    """Forget answers that no retry can ask for any more, at most 5,000 at once; how many."""
    status = await conn.execute(
        """DELETE FROM effects
            WHERE key = ANY(ARRAY(SELECT key FROM effects WHERE at < now() - $1::interval LIMIT 5000))""",
        older_than,
    )
    return int(status.rsplit(" ", 1)[-1])
