"""Inbound decisions at 50 a second on a full register: `python -m bench.inbound [LEADS [RATE]]`.

Every other call comes from a number that the register does not know. Two limits run before and after it, at the same
rate: a bare app with the token's check and one SELECT, and the same with a committed row (`bench.limit_api`). First the
workers are stopped, so that the figure is the decision's own; then they run, and each stranger's workflow with them.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable

import asyncpg
import httpx

from bench.claims import line, paced, ratio
from bench.limit_api import running_limit
from bench.register import LEADS, fill
from bench.stack import Running, running_stack
from workflows.contracts.base import Tier

RATE = 50
SECONDS = 20
WARM_UP = 2


def rings(client: httpx.AsyncClient, path: str, leads: int, run: int) -> Callable[[int], Awaitable[None]]:
    """A call from a lead, or from somebody new, by turns; `run` makes its switchboard's ids its own."""
    dice = random.Random(run)

    async def ring(number: int) -> None:
        caller = dice.randrange(leads) if number % 2 else 5_000_000 + 10_000 * run + number
        body = {"from": f"+38067{caller:07d}", "call_id": f"{run}-{number}"}
        (await client.post(path, json=body)).raise_for_status()

    return ring


async def at_rate(client: httpx.AsyncClient, path: str, leads: int, rate: int, run: int) -> list[float]:
    """Milliseconds of each request; the first seconds, in which connections are made, go before them uncounted."""
    await paced(rate * WARM_UP, rate, rings(client, path, leads, run))
    return await paced(rate * SECONDS, rate, rings(client, path, leads, run + 1))


async def measure(stack: Running, limit: httpx.AsyncClient, leads: int, rate: int, run: int) -> None:
    """Print the decision between its limits."""
    board = stack.client("lead_gen", "supervisor", "iryna")
    read = await at_rate(limit, "/read", leads, rate, run)
    write = await at_rate(limit, "/write", leads, rate, run + 2)
    decided = await at_rate(board, "/v1/inbound-calls", leads, rate, run + 4)
    write += await at_rate(limit, "/write", leads, rate, run + 6)
    print(line("inbound decision", decided))
    print(line("limit: token, SELECT, a row", write))
    print(line("limit: token, SELECT", read))
    print(f"decision / limit, medians: {ratio(decided, write)} with a row, {ratio(decided, read)} without")


async def main(leads: int, rate: int) -> None:
    """Print the figures."""
    async with running_stack({"lead_gen": {"always_open": True}}) as stack:
        conn = await asyncpg.connect(stack.dsn("lead_gen"))
        await fill(conn, 0, leads)
        # A million rows written at once leave the disk busy for minutes: that is the filling's cost, not a call's.
        await conn.execute("VACUUM ANALYZE")
        await conn.close()
        await stack.checkpoint()
        workers = [stack.process("worker", tier) for tier in Tier]
        async with running_limit(stack) as limit:
            for worker in workers:
                worker.suspend()
            print(f"{leads:,} leads, {rate} calls a second; API, PostgreSQL and client alone")
            await measure(stack, limit, leads, rate, 0)
            for worker in workers:
                worker.resume()
            print("with the workers, which begin a conversion for every stranger")
            await measure(stack, limit, leads, rate, 10)


if __name__ == "__main__":
    asyncio.run(main(*(int(given) for given in [*sys.argv[1:], *(LEADS, RATE)[len(sys.argv) - 1 :]])))
