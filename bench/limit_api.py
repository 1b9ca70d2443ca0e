"""The limit for requests to an API: a bare FastAPI app that checks the token and runs one or two statements.

`running_limit` starts it in a process of its own, with the server, the event loop and the pool that the services have.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, Request

from bench.stack import Running
from services.chassis.auth import KeySet, Verifier, fetch_file
from services.chassis.db import create_pool, new_id
from services.chassis.dev_issuer import DEV_ISSUER
from services.chassis.http.principal import identify

PORT = 19_990
KNOWN = "SELECT lead_id FROM lead_phones WHERE phone = $1"


def build(dsn: str, jwks: Path) -> FastAPI:
    """Two routes: `/read` looks a number up, `/write` does so and commits a row."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.verifier = Verifier(KeySet(fetch_file(jwks)), issuer=DEV_ISSUER, audience="leadrelay")
        app.state.pool = await create_pool(dsn, application_name="limit")
        await app.state.pool.execute("CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY)")
        yield
        await app.state.pool.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/read")
    async def read(request: Request, body: dict[str, Any]) -> dict[str, str | None]:
        await identify(request)
        return {"lead_id": await app.state.pool.fetchval(KNOWN, body.get("from"))}

    @app.post("/write")
    async def write(request: Request, body: dict[str, Any]) -> dict[str, str | None]:
        await identify(request)
        async with app.state.pool.acquire() as conn, conn.transaction():
            await conn.execute("INSERT INTO bare VALUES ($1)", new_id())
            return {"lead_id": await conn.fetchval(KNOWN, body.get("from"))}

    return app


@asynccontextmanager
async def running_limit(stack: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the bare app, which runs beside the stack on tier 1's database."""
    jwks = stack.data / "keys" / "jwks.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.limit_api", stack.dsn("lead_gen"), str(jwks)
    )
    client = stack.client("lead_gen", "supervisor", "iryna")
    client.base_url = httpx.URL(f"http://127.0.0.1:{PORT}")
    try:
        for _ in range(300):
            try:
                (await client.post("/write", json={})).raise_for_status()
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
        yield client
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    uvicorn.run(build(sys.argv[1], Path(sys.argv[2])), port=PORT, http="httptools", loop="uvloop", log_level="warning")
