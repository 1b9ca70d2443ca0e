"""What customers are recognised by is brought up to the rules of today, also of those whom nobody edits."""

from __future__ import annotations

from services.account_mgmt.domain.recognition import GENERATION, keys_of_customer
from services.account_mgmt.repository import customer_keys
from services.chassis.db import Pool

_BATCH = 100


async def complete_keys(pool: Pool) -> int:
    """A periodic job: give customers of older rules the keys they lack, some at a time; how many keys were missing.

    What is done is marked in the same transaction: a process that ends halfway goes on where it was.
    """
    added = 0
    while True:
        async with pool.acquire() as conn, conn.transaction():
            found = await customer_keys.hold_older(conn, GENERATION, _BATCH)
            # Asked after they are held: an erasure that was under way is over by now.
            gone = await customer_keys.erased(conn, [one.id for one in found])
            there = [one for one in found if one.id not in gone]
            keys = [(key, one.id) for one in there for key in keys_of_customer(one.contact, one.billing)]
            added += await customer_keys.add(conn, keys)
            await customer_keys.mark(conn, [one.id for one in found], GENERATION)
        if len(found) < _BATCH:
            return added
