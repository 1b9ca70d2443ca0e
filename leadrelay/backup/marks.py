"""What a database remembers of having been brought back to an earlier time."""

from __future__ import annotations

import json
from datetime import datetime

import asyncpg

from services.chassis.db import Connection

# Kept as the effect that it is, once per restore, and forgotten with the others. After a week, whoever restored has
# mended what there was to mend.
MARKS = """
SELECT (answer->>'taken_at')::timestamptz AS taken_at, (answer->>'restored_at')::timestamptz AS restored_at
  FROM effects WHERE key >= 'restored:' AND key < 'restored;' AND at > now() - interval '7 days' ORDER BY key
"""
_REMEMBER = "INSERT INTO effects (key, answer) VALUES ($1, $2::text::jsonb) ON CONFLICT (key) DO NOTHING"


async def remember(conn: Connection, backup: str, taken_at: datetime, restored_at: datetime) -> None:
    """Write down that this database shows `taken_at`: by it `leadrelay check` knows which workflows are ahead of it."""
    answer = {"backup": backup, "taken_at": taken_at.isoformat(), "restored_at": restored_at.isoformat()}
    await conn.execute(_REMEMBER, f"restored:{restored_at.isoformat()}", json.dumps(answer))


async def was_restored(dsn: str) -> bool:
    """Whether this database was brought back within the last week. Raises what PostgreSQL raises."""
    conn = await asyncpg.connect(dsn, timeout=10)
    try:
        return bool(await conn.fetch(MARKS))
    finally:
        await conn.close()
