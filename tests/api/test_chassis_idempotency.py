"""Idempotency-Key: one key, one effect, one answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from services.chassis.db import Connection, create_pool
from services.chassis.http import purge_idempotency_keys
from tests.api import toy
from tests.fixtures.http import api_client, auth, make_settings


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


async def notes(sql: Connection, text: str) -> int:
    return int(await sql.fetchval("select count(*) from notes where text = $1", text))


async def test_a_repeated_request_gets_the_first_answer(client: httpx.AsyncClient, sql: Connection) -> None:
    first = await client.post("/v1/notes", json={"text": "once"}, headers=key("k1"))
    again = await client.post("/v1/notes", json={"text": "once"}, headers=key("k1"))
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (again.headers["idempotent-replayed"], "idempotent-replayed" in first.headers) == ("true", False)
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await notes(sql, "once") == 1


async def test_another_request_with_the_same_key_is_refused(client: httpx.AsyncClient, sql: Connection) -> None:
    made = (await client.post("/v1/notes", json={"text": "a"}, headers=key("k2"))).json()["id"]
    answer = await client.post("/v1/notes", json={"text": "b"}, headers=key("k2"))
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_mismatch")
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    other = (await client.post("/v1/notes", json={"text": "c"})).json()["id"]
    assert (await client.post(f"/v1/notes/{made}/touch", headers=key("k3"))).status_code == 200
    # The same key for another item must not be answered with the first item's answer.
    answer = await client.post(f"/v1/notes/{other}/touch", headers=key("k3"))
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_mismatch")
    assert await notes(sql, "b") == 0


async def test_people_and_routes_do_not_share_keys(client: httpx.AsyncClient) -> None:
    first = await client.post("/v1/notes", json={"text": "mine"}, headers=key("k4"))
    other = await client.post("/v1/notes", json={"text": "theirs"}, headers={**key("k4"), **auth(person="p-2")})
    elsewhere = await client.post("/v1/then-answer-409", json={"text": "x"}, headers=key("k4"))
    assert (first.status_code, other.status_code, elsewhere.status_code) == (201, 201, 409)


async def test_a_failed_request_leaves_its_key_free(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/notes", json={"text": ""}, headers=key("k5"))).status_code == 422
    assert (await client.post("/v1/notes", json={"text": "forbidden"}, headers=key("k5"))).status_code == 422
    assert (await client.post("/v1/notes", json={"text": "fine now"}, headers=key("k5"))).status_code == 201


@pytest.mark.parametrize("value", ["", "x" * 256, "tab\there"])
async def test_keys_that_cannot_be(client: httpx.AsyncClient, value: str) -> None:
    answer = await client.post("/v1/notes", json={"text": "bad key"}, headers=key(value))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_twenty_at_once_have_one_effect(client: httpx.AsyncClient, sql: Connection) -> None:
    send = [client.post("/v1/notes", json={"text": "crowd"}, headers=key("k6")) for _ in range(20)]
    answers = await asyncio.gather(*send)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 19
    assert await notes(sql, "crowd") == 1


async def test_a_duplicate_waits_for_the_first_to_end(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toy, "gate", toy.Gate())
    first = asyncio.create_task(client.post("/v1/gated", json={"text": "gated"}, headers=key("k7")))
    await toy.gate.entered.wait()
    second = asyncio.create_task(client.post("/v1/gated", json={"text": "gated"}, headers=key("k7")))
    done, _ = await asyncio.wait({second}, timeout=0.2)
    assert not done
    toy.gate.open.set()
    assert (await first).json() == (await second).json()
    assert (await second).headers["idempotent-replayed"] == "true"


async def test_a_duplicate_does_not_wait_for_ever(toy_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy, "gate", toy.Gate())
    app = toy.toy_app(make_settings(toy_dsn))
    async with api_client(app, headers=auth()) as client:
        impatient = await create_pool(toy_dsn, application_name="impatient", lock_timeout_ms=100)
        patient, app.state.pool = app.state.pool, impatient
        first = asyncio.create_task(client.post("/v1/gated", json={"text": "long"}, headers=key("k8")))
        await toy.gate.entered.wait()
        answer = await client.post("/v1/gated", json={"text": "long"}, headers=key("k8"))
        assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
        assert answer.headers["retry-after"]
        toy.gate.open.set()
        assert (await first).status_code == 200
        app.state.pool = patient
        await impatient.close()


async def test_files_count_by_content_not_by_boundary(client: httpx.AsyncClient) -> None:
    async def send(content: bytes) -> httpx.Response:
        files = {"file": ("leads.csv", content)}
        return await client.post("/v1/files", data={"label": "l"}, files=files, headers=key("k9"))

    first, again, other = await send(b"a,b\n" * 900), await send(b"a,b\n" * 900), await send(b"a,c\n" * 900)
    assert first.status_code == again.status_code == 200, first.text
    assert first.request.headers["content-type"] != again.request.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")


async def test_an_empty_answer_is_replayed_too(client: httpx.AsyncClient) -> None:
    answers = [await client.post("/v1/nothing-to-say", headers=key("k10")) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    assert answers[1].headers["idempotent-replayed"] == "true"


async def test_old_keys_are_purged_in_batches(client: httpx.AsyncClient, toy_dsn: str, sql: Connection) -> None:
    await client.post("/v1/notes", json={"text": "young"}, headers=key("young"))
    await sql.execute(
        "insert into idempotency_keys (principal, route, key, body_hash, created_at)"
        " select 'p', 'r', i::text, '', now() - interval '25 hours' from generate_series(1, 25) i"
    )
    pool = await create_pool(toy_dsn, application_name="purge")
    assert await purge_idempotency_keys(pool, batch=10) == 25
    assert await purge_idempotency_keys(pool, older_than=timedelta(hours=24)) == 0
    assert await sql.fetchval("select count(*) from idempotency_keys where key = 'young'") == 1
    await pool.close()
