"""The codec endpoint: what the Temporal UI asks is decrypted for those who may read it, and for nobody else."""

from __future__ import annotations

import base64
import functools
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import pytest_asyncio
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from services.chassis.settings import parse_key_ring
from services.chassis.temporal.codec import EncryptionCodec
from services.ops.api import build_app
from tests.fixtures.http import api_client, auth, dev_issuer, make_settings
from workflows.contracts.base import Tier

KEYS = "k1:" + base64.b64encode(b"1" * 32).decode()
OTHER_KEYS = "k2:" + base64.b64encode(b"2" * 32).decode()
SECRET = Payload(metadata={"encoding": b"json/plain"}, data=b'"+380 44 200 00 00"')
UI = "http://127.0.0.1:8233"


async def encrypted(keys: str = KEYS) -> dict[str, Any]:
    found = await EncryptionCodec(parse_key_ring(keys)).encode([SECRET])
    assert SECRET.data not in found[0].data
    return json_format.MessageToDict(Payloads(payloads=found))


@pytest_asyncio.fixture
async def ops() -> AsyncIterator[httpx.AsyncClient]:
    """As the development stack serves it."""
    async with api_client(build_app(make_settings(codec_keys=KEYS))) as client:
        yield client


@pytest.fixture
def jwks_url() -> Iterator[str]:
    """An issuer's key set, served over HTTP as an identity provider does."""
    keys = dev_issuer().jwks
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(keys.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{keys.name}"
        server.shutdown()


@pytest_asyncio.fixture
async def guarded(jwks_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """As production serves it."""
    settings = make_settings(codec_keys=KEYS, profile="production", auth_dev_jwks=None, auth_jwks_url=jwks_url)
    async with api_client(build_app(settings)) as client:
        yield client


async def test_the_ui_reads_what_a_workflow_carries(ops: httpx.AsyncClient) -> None:
    answer = await ops.post("/decode", json=await encrypted())
    assert json_format.ParseDict(answer.json(), Payloads()).payloads[0] == SECRET


async def test_what_the_ui_sends_is_encrypted(ops: httpx.AsyncClient) -> None:
    sent = json_format.MessageToDict(Payloads(payloads=[SECRET]))
    there = (await ops.post("/encode", json=sent)).json()
    assert there["payloads"][0]["data"] != sent["payloads"][0]["data"]
    assert (await ops.post("/decode", json=there)).json() == sent


@pytest.mark.parametrize("origin", [UI, "http://localhost:8233"])
async def test_a_browser_on_the_ui_may_ask(ops: httpx.AsyncClient, origin: str) -> None:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-namespace",
    }
    answer = await ops.options("/decode", headers=headers)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, origin)


async def test_a_browser_on_another_page_may_not(ops: httpx.AsyncClient) -> None:
    headers = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = await ops.options("/decode", headers=headers)
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


async def test_a_key_that_is_not_in_the_ring_is_said(ops: httpx.AsyncClient) -> None:
    answer = await ops.post("/decode", json=await encrypted(OTHER_KEYS))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "payloads")
    assert "k2" in answer.text


@pytest.mark.parametrize("body", [{"payloads": "?"}, {"payloads": [{"data": 3}]}, {"other": []}])
async def test_garbage_is_refused(ops: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await ops.post("/decode", json=body)).status_code == 422


async def test_production_decrypts_for_operators_only(guarded: httpx.AsyncClient) -> None:
    body = await encrypted()
    assert (await guarded.post("/decode", json=body)).status_code == 401
    supervisor = auth(Tier.LEAD_GEN, "supervisor")
    assert (await guarded.post("/decode", json=body, headers=supervisor)).status_code == 403
    operator = auth(Tier.LEAD_GEN, "ops")
    assert (await guarded.post("/decode", json=body, headers=operator)).status_code == 200
    assert (await guarded.post("/encode", json=body)).status_code == 401
