"""The comparer: puts new leads beside those of their block and offers pairs that look alike. A sweep of the worker."""

from __future__ import annotations

from services.chassis.db import Pool
from services.chassis.events import publish
from services.lead_gen.domain.similar_names import blocks_of
from services.lead_gen.repository import duplicates, register

# A few hundred a second: nobody waits for it, and callers do wait for the same database.
BATCH = 300


async def find_near_duplicates(pool: Pool) -> None:
    """Compare the next leads that have not been compared yet, in one transaction with the progress."""
    async with pool.acquire() as conn, conn.transaction():
        # Two workers would compare the same leads twice; one is enough.
        if not await conn.fetchval("SELECT pg_try_advisory_xact_lock(hashtext('near_duplicates'))"):
            return
        leads = await duplicates.fresh(conn, BATCH)
        if not leads:
            return
        blocks = [
            (lead.id, block, name) for lead in leads for block, name in blocks_of(lead.company, lead.city).items()
        ]
        pairs = await duplicates.compare(conn, blocks) if blocks else []
        offered = await register.offer(conn, [(one, other, alike, "alike names") for one, other, alike in pairs])
        await duplicates.progress(conn, leads[-1])
        if offered:
            await publish(conn, "duplicates_offered", count=offered)
