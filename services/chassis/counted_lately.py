"""Counts of a whole house that are kept for a minute or so, in the table `counted_lately` of each tier that has any."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.db import Connection


async def kept(conn: Connection, what: str, since: datetime) -> Any:
    """What was last counted, as JSON has it; None unless that was at `since` or later."""
    return await conn.fetchval("SELECT found FROM counted_lately WHERE what = $1 AND counted_at >= $2", what, since)


async def keep(conn: Connection, what: str, at: datetime, found: Any) -> None:
    """Keep what was counted at this time."""
    await conn.execute(
        """INSERT INTO counted_lately (what, counted_at, found) VALUES ($1, $2, $3)
           ON CONFLICT (what) DO UPDATE SET counted_at = $2, found = $3""",
        what,
        at,
        found,
    )


async def forget(conn: Connection, what: str) -> None:
    """What was counted is not so any more, or is being counted: whoever does the one waits for the other."""
    await conn.execute(
        """INSERT INTO counted_lately (what, counted_at, found) VALUES ($1, '-infinity', 'null')
           ON CONFLICT (what) DO UPDATE SET counted_at = '-infinity', found = 'null'""",
        what,
    )
