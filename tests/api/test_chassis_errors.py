"""Every wrong request gets a problem document that names field and reason, and changes nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import structlog
from structlog.testing import LogCapture
from structlog.typing import Processor

from services.chassis.db import Connection, new_id
from services.chassis.logging import mask_contacts

MEMBERS = {"type", "title", "status", "code", "detail", "instance", "request_id", "errors"}


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The document, after checking all that every one of them promises."""
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["code"]) == (status, code), document
    assert set(document) >= MEMBERS and document["status"] == status and document["detail"]
    assert answer.headers["x-request-id"] == document["request_id"]
    assert document["instance"].endswith(document["request_id"])
    return document


async def test_unknown_addresses_and_methods(client: httpx.AsyncClient) -> None:
    problem(await client.get("/v1/nothing"), 404, "not_found")
    answer = await client.patch("/v1/notes")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"
    problem(await client.get(f"/v1/notes/{new_id()}"), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        ({}, "text", "Field required"),
        ({"text": ""}, "text", "at least 1"),
        ({"text": 7}, "text", "valid string"),
        ({"text": "x" * 101}, "text", "at most 100"),
        ({"text": "x", "txet": 1}, "txet", "unknown field"),
        ({"text": "x", "tags": [1, "two"]}, "tags[1]", "valid integer"),
        ({"text": "x", "size": 1.5}, "size", "valid integer"),
        (["text"], "body", "must be a JSON object with its fields, not a list"),
        ("text", "body", "must be a JSON object with its fields, not text"),
    ],
)
async def test_wrong_fields(client: httpx.AsyncClient, body: Any, field: str, reason: str) -> None:
    document = problem(await client.post("/v1/notes", json=body), 422, "invalid")
    assert document["errors"][0]["field"] == field
    assert reason in document["errors"][0]["reason"]


@pytest.mark.parametrize("note_id", ["1", "not-a-uuid", "%00", "٣", "019a0000-0000-7000-8000-0000000000000"])
async def test_malformed_ids(client: httpx.AsyncClient, note_id: str) -> None:
    document = problem(await client.get(f"/v1/notes/{note_id}"), 422, "invalid")
    assert document["errors"] == [{"field": "note_id", "reason": "must be a UUID"}]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b'{"text": "x"', 400, "malformed_json"),
        (b"not json", 400, "malformed_json"),
        (b'\xff\xfe{"text": 1}', 400, "malformed_body"),
        (b"[" * 4000, 422, "invalid"),
        (b"", 422, "invalid"),
        (b'{"text": "\\ud800"}', 422, "invalid"),
        (b'{"text": "x", "\\ud800": 1}', 422, "invalid"),
        (b'{"text": "x", "size": 1e400}', 422, "invalid"),
        (b'{"text": "x", "size": NaN}', 422, "invalid"),
        (b'{"text": "x", "size": 99999999999999}', 422, "invalid"),
        (b'{"text": "a\\u0000b"}', 422, "invalid"),
    ],
)
async def test_hostile_bodies(client: httpx.AsyncClient, content: bytes, status: int, code: str) -> None:
    headers = {"content-type": "application/json"}
    problem(await client.post("/v1/notes", content=content, headers=headers), status, code)


async def test_kinds_and_sizes_of_bodies(client: httpx.AsyncClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = await client.post("/v1/notes", content=b'{"text": "x"}', headers={"content-type": kind})
        problem(answer, 415, "unsupported_media_type")
    problem(await client.post("/v1/files", json={}), 415, "unsupported_media_type")
    problem(await client.post("/v1/files", data={"label": "x"}, files={"other": b"x"}), 422, "invalid")
    long = {"text": "x" * 5000}
    answer = await client.post("/v1/notes", json=long)
    problem(answer, 413, "too_large")
    assert answer.headers["connection"] == "close"

    async def unannounced() -> Any:
        for _ in range(50):
            yield b"x" * 1000

    problem(await client.post("/v1/notes", content=unannounced()), 413, "too_large")
    big = {"file": b"x" * 60_000}
    problem(await client.post("/v1/files", data={"label": "x"}, files=big), 413, "too_large")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    problem(await client.post("/v1/files", content=b"--y garbage", headers=broken), 400, "malformed_body")


async def test_domain_errors_carry_their_members(client: httpx.AsyncClient) -> None:
    document = problem(await client.post("/v1/then-refuse", json={"text": "r"}), 409, "wrong_state")
    assert document["note_id"] == "n-1"
    assert document["errors"] == [{"field": "text", "reason": "changed its mind"}]


async def test_database_errors_say_nothing_of_the_database(client: httpx.AsyncClient, sql: Connection) -> None:
    first = await client.post("/v1/notes", json={"text": "unique one"})
    assert first.status_code == 201
    for text, status, code in (("unique one", 409, "conflict"), ("forbidden", 422, "invalid")):
        answer = await client.post("/v1/notes", json={"text": text})
        problem(answer, status, code)
        assert "notes" not in answer.text and text not in answer.text
    nul = await client.post("/v1/notes", json={"text": "a\0b"})
    problem(nul, 422, "invalid")
    assert "(NUL): take it out" in nul.json()["detail"]
    async with sql.transaction():
        await sql.execute("lock table notes")
        answer = await client.post("/v1/locked")
        problem(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
    problem(await client.post("/v1/slow-query"), 503, "unavailable")


async def test_a_lost_connection_is_retryable(client: httpx.AsyncClient, sql: Connection) -> None:
    await client.get("/v1/notes")
    await sql.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and application_name = 'leadrelay lead_gen api'"
    )
    answers = [await client.get("/v1/notes") for _ in range(3)]
    assert answers[-1].status_code == 200
    for answer in answers:
        if answer.status_code != 200:
            problem(answer, 503, "unavailable")


async def test_an_unexpected_error_is_logged_masked_and_answered_without_internals(client: httpx.AsyncClient) -> None:
    logs = LogCapture()
    before = structlog.get_config()
    chain: list[Processor] = [structlog.contextvars.merge_contextvars, structlog.processors.format_exc_info]
    structlog.configure(processors=[*chain, mask_contacts, logs], cache_logger_on_first_use=False)
    try:
        answer = await client.post("/v1/then-crash", json={"text": "boom"}, headers={"X-Request-Id": "r-42"})
        await client.put("/v1/phones/+380671234567")
    finally:
        structlog.configure(**before)
    problem(answer, 500, "internal")
    assert "secret" not in answer.text
    crash = next(entry for entry in logs.entries if entry["event"] == "unexpected_error")
    assert crash["request_id"] == "r-42"
    assert "RuntimeError: secret inside [phone]" in crash["exception"]
    access = logs.entries[-1]
    assert access["route"] == "/v1/phones/{phone}"
    assert (access["method"], access["status"], access["person"]) == ("PUT", 200, "p-1")
    assert "380671234567" not in str(logs.entries)
