"""The toy service on a database of its own, one per test module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
import pytest_asyncio

from tests.api.toy import toy_app
from tests.fixtures.http import api_client, auth, make_settings
from tests.fixtures.postgres import FreshDatabase


@pytest_asyncio.fixture(scope="module")
async def toy_dsn(fresh_database: FreshDatabase, request: pytest.FixtureRequest) -> str:
    return await fresh_database(request.module.__name__, packages=["tests.api.toy_migrations"])


@pytest_asyncio.fixture(scope="module")
async def client(toy_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = make_settings(toy_dsn, max_body_bytes=4096, max_upload_bytes=50_000)
    async with api_client(toy_app(settings), headers=auth()) as http:
        yield http


@pytest_asyncio.fixture(scope="module")
async def sql(toy_dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A look at what was committed, past the service."""
    conn = await asyncpg.connect(toy_dsn)
    yield conn
    await conn.close()
