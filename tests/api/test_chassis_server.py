"""A real server process: what SIGTERM does to requests in flight, to streams, and to what cannot end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx

from services.chassis.db import Connection
from services.chassis.http import serve_async
from tests.api.toy import toy_app
from tests.fixtures.http import auth, dev_issuer, make_settings
from tests.fixtures.ports import free_port

ROOT = Path(__file__).parents[2]


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def running(dsn: str, *args: str, **env: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The server and its address; killed at the end if a test failed before it ended by itself."""
    port = free_port()
    environment = {
        **os.environ,
        "LEADRELAY_DATABASE_DSN": dsn,
        "LEADRELAY_PORT": str(port),
        "LEADRELAY_AUTH_DEV_JWKS": str(dev_issuer().jwks),
        **env,
    }
    command = [sys.executable, "-m", "tests.api.toy_server", *args]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=url) as client:

            async def ready() -> bool:
                with contextlib.suppress(httpx.TransportError):
                    return (await client.get("/readyz")).status_code == 200
                return False

            await until(ready)
        yield process, url
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def waiting_for_lock(sql: Connection) -> bool:
    return bool(await sql.fetchval("select count(*) from pg_locks where locktype = 'advisory' and not granted"))


async def refused(url: str) -> bool:
    try:
        async with httpx.AsyncClient() as client:
            await client.get(f"{url}/healthz")
    except httpx.TransportError:
        return True
    return False


async def test_a_request_in_flight_is_answered_and_streams_end(toy_dsn: str, sql: Connection) -> None:
    async with (
        running(toy_dsn) as (process, url),
        httpx.AsyncClient(base_url=url, headers=auth(), timeout=60) as client,
        client.stream("GET", "/v1/events") as stream,
    ):
        await sql.execute("select pg_advisory_lock(42)")
        slow = asyncio.create_task(client.post("/v1/wait-for-lock", json={"text": "in flight"}))
        await until(lambda: waiting_for_lock(sql))
        process.send_signal(signal.SIGTERM)
        await until(lambda: refused(url))
        assert not slow.done()
        frames = [line async for line in stream.aiter_lines()]
        assert frames[0] == ": connected"
        await sql.execute("select pg_advisory_unlock(42)")
        answer = await slow
        assert (answer.status_code, answer.json()["text"]) == (200, "in flight")
        assert answer.headers["connection"] == "close"
        assert await asyncio.wait_for(process.wait(), 60) == 0
        assert await sql.fetchval("select count(*) from notes where text = 'in flight'") == 1


async def test_who_is_told_to_stop_says_so_and_answers_until_whoever_asks_has_gone_elsewhere(toy_dsn: str) -> None:
    async with (
        running(toy_dsn, LEADRELAY_DRAIN_SECONDS="60") as (process, url),
        httpx.AsyncClient(base_url=url) as door,
    ):
        process.send_signal(signal.SIGTERM)

        async def says_so() -> bool:
            return (await door.get("/readyz")).status_code == 503

        await until(says_so)
        answer = await door.get("/healthz")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        # Told a second time, it does not wait.
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_a_request_that_takes_too_long_is_cut_off_and_rolled_back(toy_dsn: str) -> None:
    holder = await asyncpg.connect(toy_dsn)
    await holder.execute("select pg_advisory_lock(42)")
    async with (
        running(toy_dsn, LEADRELAY_SHUTDOWN_SECONDS="1") as (process, url),
        httpx.AsyncClient(base_url=url, headers=auth(), timeout=60) as client,
    ):
        slow = asyncio.create_task(client.post("/v1/wait-for-lock", json={"text": "cut off"}))
        await until(lambda: waiting_for_lock(holder))
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
        with contextlib.suppress(httpx.TransportError):
            assert (await slow).status_code >= 500
    await holder.execute("select pg_advisory_unlock(42)")
    assert await holder.fetchval("select count(*) from notes where text = 'cut off'") == 0
    await holder.close()


async def test_nothing_can_prevent_the_exit(toy_dsn: str) -> None:
    async with running(toy_dsn, "stuck") as (process, url), httpx.AsyncClient(base_url=url, timeout=60) as client:
        stuck = asyncio.create_task(client.get("/stuck"))
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"stuck\n"
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 1
        with contextlib.suppress(httpx.TransportError):
            await stuck


async def test_a_server_inside_another_process_ends_when_told(toy_dsn: str) -> None:
    app = toy_app(make_settings(toy_dsn))
    port = free_port()
    url, stop = f"http://127.0.0.1:{port}", asyncio.Event()
    serving = asyncio.create_task(serve_async(app, host="127.0.0.1", port=port, until=stop))

    async def answers() -> bool:
        return not await refused(url)

    await until(answers)
    stop.set()
    await asyncio.wait_for(serving, 60)
    assert await refused(url)
