"""A register of 1,000,000 leads: next call, inbound decision, list pages, live counts, and the size of the indexes.

`python -m bench.register [LEADS]` starts a stack in a temporary directory and fills its database with COPY. The limit
for each request is the same request on a register of 1,000 leads, in the same run.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

import asyncpg
import httpx

from bench.stack import Running, running_stack
from services.chassis.db import new_id

LEADS = 1_000_000
SMALL = 1_000
CALLING = 50_000
CITIES = ("Kyiv", "Lviv", "Odesa", "Dnipro", "Kharkiv")
INDUSTRIES = ("Freight", "Grain", "Retail", "Machinery", "Chemistry", "Furniture", "Food", "Textile")
SYLLABLES = (
    *("vi", "ter", "mal", "ro", "so", "bud", "ka", "lin", "pro", "zer", "no", "tra", "gor", "da", "mir", "che"),
    *("hum", "bel", "sta", "ni", "ko", "ver", "pol", "shy", "lav", "ost", "ri", "ban", "dun", "ek", "fa", "yuz"),
)
BATCH = 50_000
TIMES = 300
CRITERIA = {
    "include": [
        {"field": "industry", "op": "in", "value": ["Freight", "Grain"]},
        {"field": "score", "op": "gte", "value": 20},
    ],
    "exclude": [{"field": "city", "op": "eq", "value": "Odesa"}],
}


def _name(number: int) -> str:
    """A different name for every number, made of syllables as real names are."""
    parts = [SYLLABLES[number // len(SYLLABLES) ** place % len(SYLLABLES)] for place in (3, 0, 2, 1)]
    return f"{parts[0]}{parts[1]} {parts[2]}{parts[3]}".title()


async def fill(conn: asyncpg.Connection, first: int, last: int) -> None:
    """Insert leads numbered from `first` up to `last`, each with a phone number."""
    dice = random.Random(first)
    for start in range(first, last, BATCH):
        ids = [new_id() for _ in range(start, min(start + BATCH, last))]
        leads = [
            (
                i,
                _name(n),
                dice.choice(INDUSTRIES),
                dice.choice(CITIES),
                dice.random() * 100,
            )
            for n, i in enumerate(ids, start)
        ]
        await conn.copy_records_to_table("leads", records=leads, columns=["id", "company", "industry", "city", "score"])
        phones = [(f"+38067{n:07d}", i) for n, i in enumerate(ids, start)]
        await conn.copy_records_to_table("lead_phones", records=phones, columns=["phone", "lead_id"])


async def into_calling(conn: asyncpg.Connection, campaign_id: str, count: int) -> None:
    """Open the first call of this many leads of a campaign, as its workflows would."""
    await conn.execute(
        """WITH taken AS (
             UPDATE leads SET stage = 'calling', campaign_id = $1, rounds = 1, workflow_id = 'cold-call:' || id
              WHERE id IN (SELECT id FROM leads WHERE stage = 'new' ORDER BY score DESC, id LIMIT $2) RETURNING *)
           INSERT INTO work_items (id, kind, key, workflow_id, lead_id, rank, group_key, payload)
           SELECT gen_random_uuid(), 'call', 'bench:' || id, workflow_id, id, score,
                  concat($1::text, '|', timezone, '|', language),
                  jsonb_build_object('attempt', 1, 'campaign_id', $1::text, 'callback', false) FROM taken""",
        campaign_id,
        count,
    )


async def measure(what: Callable[[int], Awaitable[httpx.Response]], times: int = TIMES) -> list[float]:
    """Milliseconds for each of this many requests, one after another."""
    took = []
    for number in range(times):
        started = time.perf_counter()
        answer = await what(number)
        took.append((time.perf_counter() - started) * 1000)
        assert answer.status_code < 300, answer.text
    return took


async def everything(stack: Running, leads: int) -> dict[str, list[float]]:
    """Measure every kind of request."""
    supervisor = stack.client("lead_gen", "supervisor", "iryna")
    callers = [stack.client("lead_gen", "caller", f"caller-{leads}-{n}") for n in range(TIMES)]
    dice = random.Random(leads)
    deep = [""]
    page = (await supervisor.get("/v1/leads?limit=200")).json()
    while page["next"] and len(deep) < 20:
        deep.append(f"&after={page['next']}")
        page = (await supervisor.get(f"/v1/leads?limit=200{deep[-1]}")).json()
    criteria = (await supervisor.post("/v1/criteria", json={"name": f"bench {leads}", **CRITERIA})).json()
    campaign = {"name": f"count {leads}", "criteria_id": criteria["id"]}
    counted = (await supervisor.post("/v1/campaigns", json=campaign)).json()["id"]

    def inbound(n: int) -> Awaitable[httpx.Response]:
        number = dice.randrange(leads) if n % 2 else 5_000_000 + leads + n
        return supervisor.post("/v1/inbound-calls", json={"from": f"+38067{number:07d}", "call_id": f"{leads}-{n}"})

    return {
        "next call": await measure(lambda n: callers[n].post("/v1/calls/next", json={})),
        "inbound decision": await measure(inbound),
        "leads, any page": await measure(lambda n: supervisor.get(f"/v1/leads?limit=50{deep[n % len(deep)]}")),
        "leads of a stage": await measure(lambda _: supervisor.get("/v1/leads?limit=50&tier=lead_gen&stage=calling")),
        "leads of a campaign": await measure(lambda _: supervisor.get(f"/v1/leads?limit=50&campaign_id={counted}")),
        "leads by name": await measure(lambda n: supervisor.get(f"/v1/leads?limit=50&q={_name(n * 3331)[:9]}")),
        "live count of criteria": await measure(lambda _: supervisor.post(f"/v1/campaigns/{counted}/preview"), 10),
        "funnel": await measure(lambda _: supervisor.get("/v1/reports/funnel"), 10),
        "supply": await measure(lambda _: supervisor.get("/v1/supply"), 10),
    }


async def main(leads: int) -> None:
    """Print the figures."""
    async with running_stack({"lead_gen": {"always_open": True}}) as stack:
        conn = await asyncpg.connect(stack.dsn("lead_gen"))
        supervisor = stack.client("lead_gen", "supervisor", "iryna")
        found: list[dict[str, list[float]]] = []
        for first, last in ((0, SMALL), (SMALL, leads)):
            await fill(conn, first, last)
            await conn.execute("SELECT gin_clean_pending_list('leads_name')")
            campaign = (await supervisor.post("/v1/campaigns", json={"name": f"register {last}"})).json()["id"]
            await conn.execute("UPDATE campaigns SET state = 'running' WHERE id = $1", campaign)
            await into_calling(conn, campaign, min(CALLING, last // 2))
            await conn.execute("ANALYZE")
            found.append(await everything(stack, last))
        print(f"{leads:,} leads, {min(CALLING, leads // 2):,} calls waiting; milliseconds")
        for name, took in found[1].items():
            cuts, small = statistics.quantiles(took, n=100), statistics.median(found[0][name])
            ratio = statistics.median(took) / small
            now = f"{name:<24} p50 {cuts[49]:7.1f}  p99 {cuts[98]:7.1f}"
            print(f"{now}  p50 at {SMALL:,}: {small:6.1f}  ratio {ratio:.1f}")
        sizes = await conn.fetch(
            """SELECT relname, pg_relation_size(oid) >> 20 AS mb FROM pg_class
                WHERE relname ~ '^(lead|work_items)' AND relkind IN ('r', 'i') AND pg_relation_size(oid) > 1 << 20
                ORDER BY 2 DESC"""
        )
        print("sizes in MB: " + ", ".join(f"{row['relname']} {row['mb']}" for row in sizes))
        await conn.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else LEADS))
