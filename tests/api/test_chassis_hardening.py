"""What every answer tells browsers, and what production keeps to itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.chassis.settings import Settings
from tests.api.toy import toy_app
from tests.fixtures.http import api_client, auth, make_settings

TOKEN = "a token that only Prometheus has"
STRANGER = {"X-Instead": "a token of another tier, which must be made when it is needed"}
ANSWERS: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/v1/notes", {}, 200),
    ("POST", "/v1/notes", {"json": {"text": "with its headers"}}, 201),
    ("POST", "/v1/notes", {"json": {}}, 422),
    ("POST", "/v1/notes", {"content": b"x" * 5000}, 413),
    ("POST", "/v1/notes", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
    ("POST", "/v1/nothing-to-say", {}, 204),
    ("POST", "/v1/then-refuse", {"json": {"text": "x"}}, 409),
    ("POST", "/v1/then-crash", {"json": {"text": "x"}}, 500),
    ("GET", "/v1/notes", {"headers": {"Authorization": ""}}, 401),
    ("GET", "/v1/notes", {"headers": STRANGER}, 403),
    ("GET", "/v1/nowhere", {}, 404),
    ("PATCH", "/v1/notes", {}, 405),
    ("GET", "/healthz", {}, 200),
    ("GET", "/readyz", {}, 200),
    ("GET", "/metrics", {}, 200),
    ("GET", "/docs", {}, 200),
    ("GET", "/openapi.json", {}, 200),
]


@pytest.mark.parametrize(("method", "path", "request_", "status"), ANSWERS)
async def test_no_answer_is_kept_framed_or_taken_for_something_else(
    client: httpx.AsyncClient, method: str, path: str, request_: dict[str, Any], status: int
) -> None:
    if request_.get("headers") is STRANGER:
        request_ = {"headers": auth("conversion")}
    answer = await client.request(method, path, **request_)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


async def test_the_files_of_the_docs_page_may_be_kept(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs/swagger-ui.css")
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["x-content-type-options"] == "nosniff"


def production(dsn: str, **changes: Any) -> Settings:
    return make_settings(
        dsn, profile="production", auth_dev_jwks=None, auth_jwks_url="https://login.example/keys", **changes
    )


@pytest_asyncio.fixture
async def closed(toy_dsn: str) -> AsyncIterator[httpx.AsyncClient]:
    async with api_client(toy_app(production(toy_dsn))) as http:
        yield http


@pytest.mark.parametrize(
    "path", ["/docs", "/docs/start.js", "/docs/swagger-ui-bundle.js", "/openapi.json", "/redoc", "/metrics"]
)
async def test_production_describes_and_measures_itself_to_nobody_unasked(closed: httpx.AsyncClient, path: str) -> None:
    assert (await closed.get(path)).status_code == 404
    assert (await closed.get("/healthz")).status_code == 200


async def test_production_shows_its_docs_when_told_to(toy_dsn: str) -> None:
    async with api_client(toy_app(production(toy_dsn, docs=True))) as http:
        assert (await http.get("/docs")).status_code == 200
        assert "/metrics" not in (await http.get("/openapi.json")).json()["paths"]
    async with api_client(toy_app(make_settings(toy_dsn, docs=False))) as http:
        assert (await http.get("/docs")).status_code == (await http.get("/openapi.json")).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", "Bearer ключ"])
async def test_metrics_are_for_whoever_has_their_token(toy_dsn: str, given: str) -> None:
    async with api_client(toy_app(production(toy_dsn, metrics_token=TOKEN))) as http:
        answer = await http.get("/metrics", headers={"Authorization": given.encode()})
        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
        answer = await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
