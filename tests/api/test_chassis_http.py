"""Transactions, health, metrics, paging, OpenAPI, events and shutdown of readiness, on a real database."""

from __future__ import annotations

import asyncio
import json

import asyncpg
import httpx

from services.chassis.api import create_app
from services.chassis.db import Connection, new_id
from tests.api.toy import ops_router, toy_app
from tests.fixtures.http import api_client, auth, make_settings
from tests.fixtures.postgres import FreshDatabase, with_database


async def count(sql: Connection, text: str) -> int:
    return int(await sql.fetchval("select count(*) from notes where text = $1", text))


async def test_a_write_is_committed_with_its_answer(client: httpx.AsyncClient, sql: Connection) -> None:
    answer = await client.post("/v1/notes", json={"text": " kept "})
    assert answer.status_code == 201
    assert answer.json()["text"] == "kept"
    assert answer.headers["location"] == f"/v1/notes/{answer.json()['id']}"
    assert answer.headers["x-person"] == "p-1"
    assert await count(sql, "kept") == 1
    assert (await client.get(answer.headers["location"])).json() == answer.json()


async def test_a_refused_or_crashed_write_leaves_nothing(client: httpx.AsyncClient, sql: Connection) -> None:
    for path, status in (("/v1/then-refuse", 409), ("/v1/then-crash", 500), ("/v1/then-answer-409", 409)):
        answer = await client.post(path, json={"text": path}, headers={"Idempotency-Key": path})
        assert answer.status_code == status, path
        assert await count(sql, path) == 0, path
    assert await sql.fetchval("select count(*) from idempotency_keys where key like '/v1/then%'") == 0


async def test_connections_go_back_to_the_pool(toy_dsn: str) -> None:
    app = toy_app(make_settings(toy_dsn, pool_max=1))
    async with api_client(app, headers=auth()) as client:
        for number in range(5):
            assert (await client.post("/v1/then-crash", json={"text": f"x{number}"})).status_code == 500
            assert (await client.post("/v1/then-refuse", json={"text": f"x{number}"})).status_code == 409
            assert (await client.get(f"/v1/notes/{new_id()}")).status_code == 404
        pool = app.state.pool
        assert pool.get_size() == pool.get_idle_size() == 1


async def test_files_that_take_long_leave_connections_to_everybody_else(toy_dsn: str, sql: Connection) -> None:
    app = toy_app(make_settings(toy_dsn, pool_max=3))
    async with api_client(app, headers=auth()) as client:
        async with sql.transaction():
            await sql.execute("LOCK TABLE notes IN EXCLUSIVE MODE")
            files = [
                asyncio.create_task(client.post("/v1/files", files={"file": ("f", b"x")}, data={"label": str(n)}))
                for n in range(8)
            ]
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'notes'::regclass"
            while not await sql.fetchval(waiting):
                await asyncio.sleep(0)
            assert (await client.get(f"/v1/notes/{new_id()}")).status_code == 404
        assert [answer.status_code for answer in await asyncio.gather(*files)] == [200] * 8


async def test_pages_reach_every_item_once(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("pages", packages=["tests.api.toy_migrations"])
    async with api_client(toy_app(make_settings(dsn)), headers=auth()) as client:
        for number in range(7):
            await client.post("/v1/notes", json={"text": f"n{number}"})
        seen: list[str] = []
        after: str | None = None
        while True:
            page = (await client.get("/v1/notes", params={"limit": 3, **({"after": after} if after else {})})).json()
            seen += [item["text"] for item in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert seen == [f"n{number}" for number in range(7)]
        full = (await client.get("/v1/notes", params={"limit": 7})).json()
        assert full["next"] is None


async def test_a_broken_cursor_is_named(client: httpx.AsyncClient) -> None:
    for after in ("x", "***", "bm90LWpzb24", "WyJhIl0", "WyJhIiwiYiJd", "W1tdLFtdXQ", "é"):
        answer = await client.get("/v1/notes", params={"after": after})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after"), after
    for limit in ("0", "201", "-1", "many"):
        answer = await client.get("/v1/notes", params={"limit": limit})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "limit"), limit


async def test_health_needs_no_token_and_ready_needs_the_database(toy_dsn: str) -> None:
    async with api_client(toy_app(make_settings(toy_dsn))) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).json() == {"status": "ready"}
    gone = toy_app(make_settings(with_database(toy_dsn, "no_such_database")))
    async with api_client(gone, headers=auth()) as client:
        assert (await client.get("/healthz")).status_code == 200
        for path in ("/readyz", "/v1/notes"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), path
            assert answer.headers["retry-after"] == "2"
        assert "leadrelay_database_up" in (await client.get("/metrics")).text


async def test_ready_says_which_migrations_are_missing(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("unmigrated")
    app = toy_app(make_settings(dsn))
    async with api_client(app) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["code"] == "migrations_pending"
        assert answer.json()["pending"] == ["tests.api.toy_migrations/0001_notes.sql"]
        app.state.stopping.set()
        assert (await client.get("/readyz")).json()["code"] == "stopping"


async def test_metrics_count_by_template(client: httpx.AsyncClient) -> None:
    await client.put("/v1/phones/+380671234567")
    await client.get("/v1/notes/not-an-id")
    text = (await client.get("/metrics")).text
    assert 'leadrelay_http_requests_total{method="PUT",route="/v1/phones/{phone}",status="200"} 1.0' in text
    assert 'route="/v1/notes/{note_id}",status="422"' in text
    assert "leadrelay_http_request_seconds_bucket" in text
    assert "380671234567" not in text


async def test_request_ids_are_echoed_or_made(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz", headers={"X-Request-Id": "abc-1"})).headers["x-request-id"] == "abc-1"
    for bad in ("", "a b", "x" * 65, "<script>"):
        made = (await client.get("/v1/notes/nope", headers={"X-Request-Id": bad})).headers["x-request-id"]
        assert made != bad and len(made) == 36, bad


async def test_the_openapi_document_is_complete(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operations = [(path, method, op) for path, item in document["paths"].items() for method, op in item.items()]
    assert {path for path, *_ in operations} >= {"/v1/notes", "/v1/events", "/healthz", "/readyz", "/metrics"}
    for path, method, operation in operations:
        schema = operation["responses"]["default"]["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}, path
        assert "422" not in operation["responses"]
        keyed = [item for item in operation.get("parameters", []) if item["name"] == "Idempotency-Key"]
        assert bool(keyed) == (method == "post"), path
        assert bool(operation.get("security")) == path.startswith("/v1"), path
    assert len({operation["operationId"] for *_, operation in operations}) == len(operations)
    references = set(_references(document))
    assert all(name.removeprefix("#/components/schemas/") in document["components"]["schemas"] for name in references)


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [ref for item in node.values() for ref in _references(item)]
    return [ref for item in node for ref in _references(item)] if isinstance(node, list) else []


async def test_the_operators_api_has_no_database_and_takes_writes_of_ops_only() -> None:
    app = create_app(title="Ops", tier=None, settings=make_settings(), routers=[ops_router])
    async with api_client(app) as client:
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/metrics")).status_code == 200
        for headers, status in ((auth("ops", "ops"), 200), (auth("lead_gen", "supervisor"), 403), ({}, 401)):
            assert (await client.post("/v1/echo", json={"text": "x"}, headers=headers)).status_code == status
        keyed = {**auth("ops", "ops"), "Idempotency-Key": "k"}
        answer = await client.post("/v1/echo", json={"text": "x"}, headers=keyed)
        assert answer.status_code == 200


async def test_events_follow_the_commit(toy_dsn: str) -> None:
    app = toy_app(make_settings(toy_dsn))
    async with api_client(app, headers=auth()) as client:
        frames = app.state.events.stream()
        assert await anext(frames) == ": connected\n\n"
        assert (await anext(frames)).startswith("event: resync")
        await client.post("/v1/then-refuse", json={"text": "never heard of"})
        made = (await client.post("/v1/notes", json={"text": "heard"})).json()
        frame = await asyncio.wait_for(anext(frames), 60)
        event, data = frame.strip().split("\n")
        assert event == "event: note.created"
        assert json.loads(data.removeprefix("data: ")) == {"kind": "note.created", "note_id": made["id"]}
        app.state.events.close()
        assert [frame async for frame in frames] == []


async def test_events_resync_after_the_listener_was_lost(toy_dsn: str, sql: Connection) -> None:
    app = toy_app(make_settings(toy_dsn))
    async with api_client(app, headers=auth()) as client:
        frames = app.state.events.stream()
        await anext(frames)
        await anext(frames)
        kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'leadrelay events'"
        await sql.execute(f"{kill} and datname = current_database()")
        assert (await asyncio.wait_for(anext(frames), 60)).startswith("event: resync")
        await client.post("/v1/notes", json={"text": "heard again"})
        assert "note.created" in await asyncio.wait_for(anext(frames), 60)


async def test_a_slow_browser_loses_events_and_is_told(toy_dsn: str) -> None:
    app = toy_app(make_settings(toy_dsn))
    async with api_client(app):
        frames = app.state.events.stream()
        await anext(frames)
        await anext(frames)
        conn = await asyncpg.connect(toy_dsn)
        await conn.execute(
            "select pg_notify('leadrelay_events', json_build_object('kind', 'n', 'i', i)::text)"
            " from generate_series(1, 1000) i"
        )
        await conn.close()
        got: list[str] = []
        while not got or '"i" : 1000' not in got[-1]:
            got.append(await asyncio.wait_for(anext(frames), 60))
        assert len(got) < 1000
        assert any(frame.startswith("event: resync") for frame in got)
