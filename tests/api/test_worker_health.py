"""A worker's health page: alive while the process is, ready while it polls Temporal and reaches its database."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from temporalio.client import Client

from services.chassis.background import Background
from services.chassis.db import Pool, create_pool
from services.chassis.http.server import serve_async
from services.chassis.worker_health import Health, build_health_app
from tests.fixtures.http import api_client, make_settings
from tests.fixtures.ports import free_port
from tests.fixtures.postgres import FreshDatabase


@pytest_asyncio.fixture
async def pool(fresh_database: FreshDatabase) -> AsyncIterator[Pool]:
    pool = await create_pool(await fresh_database("worker_health"), application_name="test")
    yield pool
    await pool.close()


async def readiness(health: Health, pool: Pool) -> httpx.Response:
    async with api_client(build_health_app(health, pool, [])) as http:
        assert (await http.get("/healthz")).json() == {"status": "ok"}
        return await http.get("/readyz")


async def test_ready_while_it_polls_and_reaches_its_database(pool: Pool, temporal: Client) -> None:
    health = Health(pool)
    health.client = temporal
    answer = await readiness(health, pool)
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "temporal": True, "database": True})


async def test_not_ready_before_it_polls(pool: Pool) -> None:
    answer = await readiness(Health(pool), pool)
    assert (answer.status_code, answer.json()) == (503, {"status": "waiting", "temporal": False, "database": True})


async def test_not_ready_when_temporal_is_gone(pool: Pool) -> None:
    health = Health(pool)
    health.client = await Client.connect("127.0.0.1:9", lazy=True)
    answer = await readiness(health, pool)
    assert (answer.status_code, answer.json()["temporal"]) == (503, False)


async def test_not_ready_when_its_database_is_gone(pool: Pool, temporal: Client) -> None:
    health = Health(pool)
    health.client = temporal
    await pool.close()
    answer = await readiness(health, pool)
    assert (answer.status_code, answer.json()["database"]) == (503, False)


def names(shown: str) -> set[str]:
    """The metrics that an exposition tells of."""
    return {line.split()[2] for line in shown.splitlines() if line.startswith("# TYPE")}


async def test_its_figures_can_be_scraped(pool: Pool) -> None:
    collectors = [Background(asyncio.Event()).collect]
    async with api_client(build_health_app(Health(pool), pool, collectors)) as http:
        answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert {"leadrelay_pool_connections", "process_resident_memory_bytes", "leadrelay_job_runs_total"} <= names(
        answer.text
    )


@pytest.mark.parametrize(("changes", "answers"), [({}, [404, 404]), ({"metrics_token": "t"}, [401, 200])])
async def test_production_shows_them_only_to_whoever_has_the_token(
    pool: Pool, changes: dict[str, str], answers: list[int]
) -> None:
    settings = make_settings(profile="production", **changes)
    async with api_client(build_health_app(Health(pool), pool, [], settings)) as http:
        found = [await http.get("/metrics", headers=headers) for headers in ({}, {"Authorization": "Bearer t"})]
    assert [answer.status_code for answer in found] == answers


async def test_a_taken_port_is_an_error_of_the_page_and_no_end_of_the_worker(pool: Pool) -> None:
    app = build_health_app(Health(pool), pool, [])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            await serve_async(app, host="127.0.0.1", port=port, until=asyncio.Event())


async def test_the_page_ends_with_the_worker(pool: Pool) -> None:
    app = build_health_app(Health(pool), pool, [])
    port = free_port()
    stop = asyncio.Event()
    page = asyncio.create_task(serve_async(app, host="127.0.0.1", port=port, until=stop))
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=5)) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
    stop.set()
    await asyncio.wait_for(page, 60)
