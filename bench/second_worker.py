"""What a tier's second worker brings: `python -m bench.second_worker`.

A worker that computes all the time needs another core, not another worker. What a second one brings where workers wait
is measured here: the database of tier 1 answers each worker later, as one in another building does. A campaign takes up
the same number of leads with one worker and with two; meanwhile tier 2 is asked ten times a second, as its desk does.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil

from bench.claims import line
from bench.stack import Running, running_stack
from tests.fixtures.ports import free_port

LEADS, AWAY_SECONDS, ASKED_A_SECOND = 600, 0.15, 10
POLICY = {"always_open": True, "window": 5000, "batch": 1000, "campaign_tick": 0.5}
CHUNK = 1 << 16
_TOOK = """
SELECT extract(epoch FROM max(opened_at) - min(opened_at))
  FROM (SELECT opened_at FROM work_items WHERE kind = 'call' ORDER BY opened_at DESC LIMIT $1) AS last
"""


@asynccontextmanager
async def far_away(dsn: str) -> AsyncIterator[str]:
    """The DSN of the same database, each answer of which takes `AWAY_SECONDS` longer."""
    url = urlsplit(dsn)
    port = free_port()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_connection(url.hostname, url.port)
        back = asyncio.create_task(_pass_on(answers, writer, AWAY_SECONDS))
        # At the end of the measurement it is cancelled, which is no fault worth a trace.
        with suppress(asyncio.CancelledError):
            await _pass_on(reader, questions, 0)
        back.cancel()

    user = url.netloc.rpartition("@")[0]
    async with await asyncio.start_server(serve, "127.0.0.1", port):
        yield urlunsplit(url._replace(netloc=f"{user}@127.0.0.1:{port}"))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    later = asyncio.get_running_loop().call_later
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            later(seconds, writer.write, data)
    later(seconds, writer.close)


@asynccontextmanager
async def own_worker_away(stack: Running) -> AsyncIterator[dict[str, str]]:
    """The stack's own worker of tier 1 is ended and not begun again; its environment."""
    worker = stack.process("worker", "lead_gen")
    environment, keeper = worker.environ(), psutil.Process(worker.ppid())
    keeper.send_signal(signal.SIGSTOP)
    worker.terminate()
    try:
        yield environment
    finally:
        keeper.send_signal(signal.SIGCONT)


@contextmanager
def worker(environment: dict[str, str], dsn: str) -> Iterator[None]:
    """A worker of tier 1 beside those that run, as `docker compose up --scale` brings one."""
    port = str(free_port())
    env = {**environment, "LEADRELAY_DATABASE_DSN": dsn, "LEADRELAY_PORT": port, "LEADRELAY_HEALTH_PORT": port}
    command = [sys.executable, "-m", "leadrelay", "worker", "lead_gen"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def rate(stack: Running, first: int) -> float:
    """Calls that are opened a second while a campaign takes up its leads; tier 2's answers meanwhile are printed."""
    manager = stack.client("conversion", "supervisor", "iryna")
    took: list[float] = []

    async def ask() -> None:
        while True:
            began = time.perf_counter()
            (await manager.get("/v1/deals")).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(1 / ASKED_A_SECOND)

    asking = asyncio.create_task(ask())
    await stack.leads(LEADS, first)
    asking.cancel()
    print(line("  tier 2 meanwhile", took), flush=True)
    conn = await asyncpg.connect(stack.dsn("lead_gen"))
    seconds = await conn.fetchval(_TOOK, LEADS)
    await conn.close()
    return LEADS / float(seconds)


async def main() -> None:
    """Print what one worker does, and two."""
    async with (
        running_stack({"lead_gen": POLICY}) as stack,
        far_away(stack.dsn("lead_gen")) as dsn,
        own_worker_away(stack) as environment,
    ):
        with worker(environment, dsn):
            one = await rate(stack, 0)
            print(f"one worker: {one:.1f} calls opened a second", flush=True)
            with worker(environment, dsn):
                two = await rate(stack, LEADS)
                print(f"two workers: {two:.1f}, {two / one:.2f} times as many", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
