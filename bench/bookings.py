"""500 people at once on 50 slots of one manager: `python -m bench.bookings` starts its own stack.

Exactly 50 must succeed; everybody else must get a clear 409 that names free slots. The limit is the same meetings as
bare inserts through asyncpg, ten at a time.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx

from bench.claims import line
from bench.stack import Running, running_stack
from services.chassis.db import new_id

PEOPLE = 500
SLOTS = 50
MINUTES = 30
FILL = """
INSERT INTO deals (id, lead_id, workflow_id, stage, owner, last_owner, policy_version, contact, reason, next_action,
                   next_action_at, offered_at, accepted_at)
SELECT gen_random_uuid(), lead, 'conversion:' || lead, 'accepted', 'anna', 'anna', 1,
       jsonb_build_object('lead_id', lead, 'company', 'Company ' || n), 'interested', 'call', now() + interval '1 day',
       now(), now()
  FROM (SELECT n, gen_random_uuid() AS lead FROM generate_series(1, $1) n) made RETURNING id
"""


def slot(number: int) -> tuple[datetime, datetime]:
    """Start and end of the n-th slot, far in the future."""
    starts = datetime(2030, 5, 6, 6, tzinfo=UTC) + timedelta(minutes=MINUTES * (number % SLOTS))
    return starts, starts + timedelta(minutes=MINUTES)


async def book(stack: Running, deals: list[str]) -> tuple[list[httpx.Response], list[float]]:
    """Everybody books at once: the answers, and how long each took in milliseconds."""
    took: list[float] = []
    client = stack.client("conversion", "manager", "anna")

    async def one(number: int, deal: str) -> httpx.Response:
        starts, ends = slot(number)
        async with stack.limit:
            begun = time.perf_counter()
            body = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
            answer = await client.post(f"/v1/deals/{deal}/meetings", json=body)
            took.append((time.perf_counter() - begun) * 1000)
            return answer

    return list(await asyncio.gather(*(one(number, deal) for number, deal in enumerate(deals)))), took


async def bare(dsn: str, deals: list[str]) -> float:
    """Seconds for the same bookings, of another manager, as bare inserts, ten at a time."""
    pool = await asyncpg.create_pool(dsn, min_size=10, max_size=10)

    async def one(number: int, deal: str) -> None:
        try:
            await pool.execute(
                """INSERT INTO meetings (id, deal_id, manager, starts_at, ends_at, kind, created_by)
                   VALUES ($1, $2, 'bare', $3, $4, 'phone', 'bench')""",
                new_id(),
                deal,
                *slot(number),
            )
        except asyncpg.ExclusionViolationError:
            return

    begun = time.perf_counter()
    await asyncio.gather(*(one(number, deal) for number, deal in enumerate(deals)))
    seconds = time.perf_counter() - begun
    await pool.close()
    return seconds


async def main() -> None:
    """Print the figures."""
    async with running_stack({}) as stack:
        conn = await asyncpg.connect(stack.dsn("conversion"))
        await conn.execute("INSERT INTO managers (id, name, capacity) VALUES ('anna', 'Anna', 10000)")
        deals = [str(row["id"]) for row in await conn.fetch(FILL, PEOPLE)]
        begun = time.perf_counter()
        answers, took = await book(stack, deals)
        seconds = time.perf_counter() - begun
        kept = await conn.fetchval("SELECT count(*) FROM meetings WHERE manager = 'anna' AND state = 'booked'")
        limit = await bare(stack.dsn("conversion"), deals)
        await conn.close()
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    booked = sum(answer.status_code == 201 for answer in answers)
    helpful = sum(bool(answer["free_slots"]) for answer in refused)
    print(f"{PEOPLE} people, {SLOTS} slots: {booked} booked, {kept} in the calendar, {len(refused)} refused")
    print(f"{helpful} refusals name free slots; other answers: {len(answers) - booked - len(refused)}")
    print(line("one booking or refusal", took))
    print(f"all of them: {seconds:.1f} s; bare inserts: {limit:.1f} s; ratio {seconds / limit:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
