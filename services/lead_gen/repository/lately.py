"""Counts of the last weeks that are kept for a minute or so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.chassis.db import Connection


async def kept(conn: Connection, what: str, since: datetime) -> Any:
    """What was last counted, as JSON has it; None unless that was at `since` or later."""
    return await conn.fetchval("SELECT found FROM counted_lately WHERE what = $1 AND counted_at >= $2", what, since)


async def keep(conn: Connection, at: datetime, found: Mapping[str, Any]) -> None:
    """Keep what was counted at this time, by name."""
    await conn.executemany(
        """INSERT INTO counted_lately (what, counted_at, found) VALUES ($1, $2, $3)
           ON CONFLICT (what) DO UPDATE SET counted_at = $2, found = $3""",
        [(what, at, value) for what, value in found.items()],
    )
