"""Wherever the connection to PostgreSQL breaks, the answer is 503: try again; or that nobody knows, at the commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.account_mgmt.api import build_app as account_mgmt
from services.chassis import db
from services.chassis.db import Connection
from services.chassis.http import lifespan
from services.conversion.api import build_app as conversion
from services.lead_gen.api import build_app as lead_gen
from tests.api.openapi import Document, Ids, operations
from tests.api.toy import gate, toy_app
from tests.fixtures.http import api_client, auth, make_settings
from tests.fixtures.pg_proxy import Cut, Proxy, breaking
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

APPS = {Tier.LEAD_GEN: lead_gen, Tier.CONVERSION: conversion, Tier.ACCOUNT_MGMT: account_mgmt}


@pytest_asyncio.fixture
async def proxy(toy_dsn: str) -> AsyncIterator[Proxy]:
    async with breaking(toy_dsn) as between:
        yield between


@pytest_asyncio.fixture
async def behind(proxy: Proxy) -> AsyncIterator[httpx.AsyncClient]:
    """The toy service, whose connections go through the proxy; one at a time."""
    async with api_client(toy_app(make_settings(proxy.dsn, pool_max=1)), headers=auth()) as http:
        yield http


def assert_unavailable(answer: httpx.Response, where: Any, code: str = "unavailable") -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, code), (where, answer.text)
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/notes"), ("GET", "/v1/notes"), ("POST", "/v1/then-refuse")])
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
async def test_a_connection_may_break_at_every_step(
    behind: httpx.AsyncClient, proxy: Proxy, sql: Connection, method: str, path: str, key: dict[str, str]
) -> None:
    text = f"broken {method} {path} {len(key)}"
    codes = []
    for step in range(1, 60):
        proxy.break_at(step)
        answer = await behind.request(method, path, json={"text": text}, headers=key)
        if proxy.waits:
            break
        if answer.status_code == 409:  # the refusal stands when the rollback after it does not get through
            continue
        assert_unavailable(answer, step, answer.json()["code"])
        codes.append(answer.json()["code"])
        assert await sql.fetchval("select count(*) from notes where text = $1", text) == 0
    assert answer.status_code in (200, 201, 409)
    assert len(codes) > 3
    assert set(codes) - {"unavailable"} == ({"outcome_unknown"} if path == "/v1/notes" and method == "POST" else set())
    proxy.stop_breaking()


@pytest.mark.parametrize(("cut", "replayed"), [("before", None), ("after", "true")])
async def test_a_commit_whose_outcome_nobody_knows_is_repeated_with_the_same_key(
    behind: httpx.AsyncClient, proxy: Proxy, sql: Connection, cut: Cut, replayed: str | None
) -> None:
    text = f"cut {cut} the commit"
    proxy.break_at_text(b"COMMIT", cut)
    answer = await behind.post("/v1/notes", json={"text": text}, headers={"Idempotency-Key": text})
    assert_unavailable(answer, cut, "outcome_unknown")
    assert "Idempotency-Key" in answer.json()["detail"]
    again = await behind.post("/v1/notes", json={"text": text}, headers={"Idempotency-Key": text})
    assert (again.status_code, again.headers.get("idempotent-replayed")) == (201, replayed)
    assert await sql.fetchval("select count(*) from notes where text = $1", text) == 1


async def test_a_backend_killed_while_a_request_runs_is_said(behind: httpx.AsyncClient, sql: Connection) -> None:
    gate.entered.clear()
    gate.open.clear()
    asked = asyncio.create_task(behind.post("/v1/gated", json={"text": "killed"}))
    await asyncio.wait_for(gate.entered.wait(), 60)
    await sql.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name = 'leadrelay lead_gen api'"
    )
    gate.open.set()
    # Between two statements the death shows at the next one, which is the commit; it cannot have done anything then,
    # but the service does not know that.
    answer = await asked
    assert_unavailable(answer, "commit", answer.json()["code"])
    assert await sql.fetchval("select count(*) from notes where text = 'killed'") == 0
    assert (await behind.get("/v1/notes")).status_code == 200


async def test_a_full_pool_is_said_in_time(behind: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_ACQUIRE_SECONDS", 0.1)
    gate.entered.clear()
    gate.open.clear()
    first = asyncio.create_task(behind.post("/v1/gated", json={"text": "holds the only connection"}))
    await asyncio.wait_for(gate.entered.wait(), 60)
    for method, path in (("GET", "/v1/notes"), ("POST", "/v1/notes"), ("GET", "/readyz")):
        answer = await behind.request(method, path, json={"text": "x"})
        assert_unavailable(answer, path)
        assert "busy" in answer.json()["detail"]
    assert (await behind.get("/metrics")).status_code == 200
    gate.open.set()
    assert (await first).status_code == 200


async def test_a_server_that_says_nothing_is_given_up(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifespan, "_ANSWER_SECONDS", 0.2)
    async with api_client(toy_app(make_settings(proxy.dsn)), headers=auth()) as http:
        assert (await http.get("/v1/notes")).status_code == 200
        proxy.frozen.set()
        assert_unavailable(await http.get("/v1/notes"), "frozen")
        proxy.frozen.clear()
        assert (await http.get("/v1/notes")).status_code == 200


def example(document: Document, operation: dict[str, Any]) -> Any:
    """A body that the route understands."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for one in [content, *content.get("anyOf", [])]:
        model = document["components"]["schemas"].get(one.get("$ref", "").rpartition("/")[2], {})
        if model.get("examples"):
            return model["examples"][0]
    return {}


async def whole(asked: Awaitable[httpx.Response]) -> httpx.Response | None:
    """The answer, or none for one that was broken off: then the client of these tests finds that its end is missing."""
    try:
        return await asked
    except AssertionError:
        return None


@pytest.mark.parametrize("tier", list(Tier))
async def test_no_route_answers_a_broken_connection_with_an_error_of_its_own(
    fresh_database: FreshDatabase, tier: Tier
) -> None:
    dsn = await fresh_database(f"away_{tier.value}", tier=tier)
    async with breaking(dsn) as proxy:
        app = APPS[tier](make_settings(proxy.dsn, pool_max=2))
        document = app.openapi()
        async with api_client(app, headers=auth(tier)) as http:
            for path, method, operation in operations(document):
                if path == "/v1/events" or not path.startswith("/v1"):
                    continue
                address = path.format_map(Ids(row_id="1", phone="+380441239911"))
                body = example(document, operation)
                for step in range(1, 40):
                    assert (await http.get("/readyz")).status_code == 200
                    proxy.break_at(step)
                    answer = await whole(http.request(method, address, json=body))
                    if proxy.waits:
                        proxy.stop_breaking()
                        break
                    assert answer is not None or path.endswith(".csv"), (method, path, step)
                    if answer is not None and answer.status_code >= 500:
                        assert_unavailable(answer, (method, path, step), answer.json()["code"])
