"""What an import asks the register, and what that costs however the register has grown since."""

from __future__ import annotations

import pytest

from services.chassis.db import Connection, create_pool, new_id
from services.lead_gen.repository import bulk_import
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

CHUNKS = [[f"+38044{number:07d}" for number in range(first, first + 3_000)] for first in (0, 3_000, 6_000)]


@pytest.mark.asyncio
async def test_leads_are_found_by_index_also_when_the_register_was_small_a_moment_ago(
    fresh_database: FreshDatabase,
) -> None:
    pool = await create_pool(await fresh_database("bulk", tier=Tier.LEAD_GEN), application_name="test", max_size=1)
    async with pool.acquire() as conn:
        for _ in range(8):  # from the sixth time on PostgreSQL may keep a plan
            assert await bulk_import.lookup(conn, CHUNKS[0], ["d:a.example"]) == ({}, {})
        for chunk in CHUNKS:
            ids = await _written(conn, chunk)
            await bulk_import.lookup(conn, chunk[:150], [])
        before = await _leads_read_whole(conn)
        owners, known = await bulk_import.lookup(conn, CHUNKS[-1][:150], [])
        assert await _leads_read_whole(conn) == before
    assert owners == {f"p:{phone}": lead_id for phone, lead_id in zip(CHUNKS[-1][:150], ids, strict=False)}
    assert {lead.phones for lead in known.values()} == {1}
    pool.terminate()


async def _written(conn: Connection, phones: list[str]) -> list[str]:
    ids = [new_id() for _ in phones]
    numbers = [f"{phone}\t{lead_id}\t1\n" for phone, lead_id in zip(phones, ids, strict=True)]
    await bulk_import.write(conn, {
        ("leads", ("id", "company", "source")): "".join(f"{lead_id}\tA\timport\n" for lead_id in ids),
        ("lead_phones", ("phone", "lead_id", "position")): "".join(numbers),
    })  # fmt: skip
    return ids


async def _leads_read_whole(conn: Connection) -> int:
    """Rows of leads that were read by going through the whole table."""
    await conn.execute("SELECT pg_stat_force_next_flush()")
    return int(await conn.fetchval("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'leads'"))
