"""Claiming the next call and posting its outcome at 100 requests a second, beside bare SQL and a bare app.

`python -m bench.claims` starts a stack in a temporary directory and drives it by REST.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import httpx

from bench.limit_api import running_limit
from bench.stack import Running, running_stack
from services.chassis import work_items
from services.chassis.db import init_connection

LEADS = 1000
RATE = 100
SECONDS = 10
LEASE = timedelta(minutes=10)


def line(name: str, took: list[float]) -> str:
    """A line of figures: median, 99th percentile and maximum, in milliseconds."""
    cuts = statistics.quantiles(took, n=100)
    return f"{name:<34} n {len(took):>5}  p50 {cuts[49]:7.1f} ms  p99 {cuts[98]:7.1f} ms  max {max(took):7.1f} ms"


def ratio(took: list[float], limit: list[float]) -> str:
    """How many times as long as the limit, by medians."""
    return f"{statistics.median(took) / statistics.median(limit):.1f}"


async def paced(count: int, rate: float, work: Callable[[int], Awaitable[None]]) -> list[float]:
    """Latencies in ms in an open loop: one starts every 1/rate seconds, whether or not earlier ones have ended."""
    took: list[float] = []
    begun = time.perf_counter()

    async def one(number: int) -> None:
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await work(number)
        took.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(number) for number in range(count)))
    return took


async def outcomes(stack: Running) -> tuple[list[float], list[float]]:
    """Latencies of claims and of outcomes through REST, each at half the rate."""
    claims: list[float] = []
    # One caller per claim: whoever asks again before posting an outcome gets the lead they already hold.
    callers = [stack.client("lead_gen", "caller", f"caller-{n}") for n in range(RATE * SECONDS // 2)]

    async def call(number: int) -> None:
        client = callers[number]
        started = time.perf_counter()
        answer = await client.post("/v1/calls/next", json={})
        claims.append((time.perf_counter() - started) * 1000)
        if answer.status_code == 200:
            given = answer.json()
            body = {"token": given["token"], "outcome": "not_interested", "reason": "bench"}
            started = time.perf_counter()
            (await client.post(f"/v1/calls/{given['item_id']}/outcome", json=body)).raise_for_status()
            posted.append((time.perf_counter() - started) * 1000)

    posted: list[float] = []
    await paced(RATE * SECONDS // 2, RATE / 2, call)
    return claims, posted


async def bare(stack: Running) -> tuple[list[float], list[float]]:
    """The limit: the same claim and completion as bare SQL, at the same rate."""
    pool = await asyncpg.create_pool(stack.dsn("lead_gen"), init=init_connection, min_size=10, max_size=10)
    claims: list[float] = []
    ends: list[float] = []

    async def call(number: int) -> None:
        person = f"bare-{number}"
        async with pool.acquire() as conn:
            started = time.perf_counter()
            async with conn.transaction():
                item = await work_items.claim(conn, kind="call", person=person, lease=LEASE)
            claims.append((time.perf_counter() - started) * 1000)
            if item is not None:
                started = time.perf_counter()
                async with conn.transaction():
                    await work_items.complete(conn, item.id, person=person, token=item.lease_token, result="bench")
                ends.append((time.perf_counter() - started) * 1000)

    await paced(RATE * SECONDS // 2, RATE / 2, call)
    await pool.close()
    return claims, ends


async def bare_requests(stack: Running) -> list[float]:
    """The other limit: a bare app that checks the token, looks a number up and commits a row, at the same rate."""
    async with running_limit(stack) as client:

        async def ask(number: int) -> None:
            (await client.post("/write", json={"from": f"+38044{2000000 + number:07d}"})).raise_for_status()

        return await paced(RATE * SECONDS, RATE, ask)


async def everybody_at_once(stack: Running) -> str:
    """1,000 callers claim at the same moment: how many leads were given to two of them."""

    async def claim(number: int) -> str | None:
        async with stack.limit:
            client = stack.client("lead_gen", "caller", f"crowd-{number}")
            answer = await client.post("/v1/calls/next", json={})
            return str(answer.json()["lead"]["id"]) if answer.status_code == 200 else None

    given = [lead for lead in await asyncio.gather(*(claim(n) for n in range(LEADS))) if lead]
    return f"{LEADS:,} claimers at once: {len(given):,} leads given out, {len(given) - len(set(given))} given twice"


async def main() -> None:
    """Print the figures."""
    policy = {"always_open": True, "window": 5000, "batch": 1000, "campaign_tick": 0.5}
    async with running_stack({"lead_gen": policy}) as stack:
        await stack.leads(LEADS * 2)
        claims, posted = await outcomes(stack)
        print(line("claim the next call, REST", claims))
        print(line("post an outcome, REST", posted))
        bare_claims, bare_ends = await bare(stack)
        print(line("claim, bare SQL (the limit)", bare_claims))
        print(line("complete, bare SQL (the limit)", bare_ends))
        print(f"REST / bare, medians: claim {ratio(claims, bare_claims)}, outcome {ratio(posted, bare_ends)}")
        least = await bare_requests(stack)
        print(line("token, SELECT, a row, REST (the limit)", least))
        print(f"REST / bare app, medians: claim {ratio(claims, least)}, outcome {ratio(posted, least)}")
        print(await everybody_at_once(stack))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except httpx.HTTPError as error:
        raise SystemExit(f"the stack did not answer: {error}") from None
