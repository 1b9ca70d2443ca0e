"""The database's clock: what a transaction writes and what it tells others bear the same time."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection


async def now(conn: Connection) -> datetime:
    """The beginning of the transaction."""
    moment: datetime = await conn.fetchval("SELECT now()")
    return moment
