"""The search for near-duplicates goes on where it stopped, however many leads lie before."""

from __future__ import annotations

from services.lead_gen.repository import duplicates
from tests.fixtures.postgres import FreshDatabase
from tests.fixtures.tier_1 import tier_1
from workflows.contracts.base import Tier

LEADS = 2_000
_READ = "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'leads'"


async def test_leads_that_were_compared_are_not_read_again(fresh_database: FreshDatabase) -> None:
    async with tier_1(await fresh_database("lead_gen_near_duplicates", tier=Tier.LEAD_GEN)) as house:
        await house.pool.execute(
            """INSERT INTO leads (id, company, created_at)
               SELECT gen_random_uuid(), 'Company ' || n, now() - interval '1 day' - n * interval '1 second'
                 FROM generate_series(1, $1) n""",
            LEADS,
        )
        async with house.pool.acquire() as conn:
            await conn.execute("ANALYZE leads")
            *_, last = await duplicates.fresh(conn, LEADS - 10)
            await duplicates.progress(conn, last)
            async with conn.transaction():
                await conn.execute("SET LOCAL enable_seqscan = off")
                before = await conn.fetchval(_READ)
                assert len(await duplicates.fresh(conn, 100)) == 10
                assert await conn.fetchval(_READ) - before < 20
