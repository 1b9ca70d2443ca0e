"""How fast the sweep issues what contracts owe: `python -m bench.contracts DSN` on an empty database of tier 3.

The limit is the same invoices, issued one after the other by the action that an order by hand takes, in the same run.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import UTC, datetime

from services.account_mgmt.actions.contract_invoices import issue_due
from services.account_mgmt.actions.orders import place_order
from services.account_mgmt.domain.line_charges import ChargedLine
from services.account_mgmt.schemas.orders import NewOrder
from services.chassis.auth import Principal
from services.chassis.db import Pool, create_pool
from workflows.contracts.base import Money, Tier

CONTRACTS = 1_000
ROUNDS = 3
BOSS = Principal(person="boss", tier=Tier.ACCOUNT_MGMT, role="supervisor")
LINE = ChargedLine(description="Storage {period}", quantity=1, unit_price=Money(amount="320.00"))
CUSTOMERS = """
INSERT INTO customers (id, contact)
SELECT id, jsonb_build_object('lead_id', id, 'company', 'Company ' || n)
  FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, $1) n) made RETURNING id
"""
AGREE = """
INSERT INTO contracts (id, customer_id, name, entity, currency, lines, price_by, every, unit, anchor_on, anchor_day,
                       issue_at, by_mail, next_at, created_by)
SELECT gen_random_uuid(), id, 'Storage', 'LR', 'UAH', $2, 'fixed', 1, 'month', $3, extract(day FROM $3::date), '00:00',
       false, now() - interval '1 minute', 'bench' FROM unnest($1::uuid[]) AS made (id)
"""


async def swept(pool: Pool) -> float:
    """Seconds for a sweep over as many contracts as there are, all due."""
    ids = [row["id"] for row in await pool.fetch(CUSTOMERS, CONTRACTS)]
    await pool.execute(AGREE, ids, [LINE.model_dump(mode="json")], datetime.now(UTC).date())
    begun, done = time.perf_counter(), 0
    while found := await issue_due(pool):
        done += found
    assert done == CONTRACTS, done
    return time.perf_counter() - begun


async def by_hand(pool: Pool) -> float:
    """Seconds for the same invoices, each as an order that somebody takes."""
    ids = [row["id"] for row in await pool.fetch(CUSTOMERS, CONTRACTS)]
    begun = time.perf_counter()
    for customer_id in ids:
        async with pool.acquire() as conn, conn.transaction():
            await place_order(conn, BOSS, customer_id, NewOrder(lines=[LINE]))
    return time.perf_counter() - begun


async def main(dsn: str) -> None:
    """Print the figures, one line a round."""
    pool = await create_pool(dsn, application_name="bench", max_size=4)
    for _ in range(ROUNDS):
        sweep, hand = await swept(pool), await by_hand(pool)
        print(
            f"{CONTRACTS} due contracts: sweep {CONTRACTS / sweep:.0f} contracts/s, by hand {CONTRACTS / hand:.0f} "
            f"orders/s, ratio {sweep / hand:.2f}"
        )
    await pool.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
