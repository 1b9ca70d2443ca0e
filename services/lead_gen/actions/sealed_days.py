"""The worker seals the days that are over, so that reports of months add up days."""

from __future__ import annotations

from services.chassis.db import Pool
from services.lead_gen.repository import sealed_days

# After an upgrade all days wait: so many at once, and people's reports in between.
MOST_AT_ONCE = 30


async def seal_days(pool: Pool) -> None:
    """A sweep: seal days that are over, and those that were changed since, the last ones first."""
    async with pool.acquire() as conn:
        for day in await sealed_days.waiting(conn, MOST_AT_ONCE):
            async with conn.transaction():
                await sealed_days.seal(conn, day)
