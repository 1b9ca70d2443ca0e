"""Sums of open money: rows of the same kind become one."""

from __future__ import annotations

from services.account_mgmt.repository import open_money
from services.chassis.db import Pool


async def pack_open_money(pool: Pool) -> int:
    """A periodic job; how many rows were made fewer."""
    async with pool.acquire() as conn:
        return await open_money.pack(conn)
