"""The codec endpoint: what the Temporal UI asks is decrypted for those who may read it, and for nobody else."""

from __future__ import annotations

import base64
import functools
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from typing import Any

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from services.chassis.settings import parse_key_ring
from services.chassis.temporal.codec import ENCODING, EncryptionCodec
from services.ops.api import BODY_BYTES, build_app
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


OTHERS = [*product((*Tier, "elsewhere"), ("ops", "supervisor", "switchboard")), ("ops", "supervisor"), ("ops", "OPS")]


@pytest.mark.parametrize("route", ["/decode", "/encode"])
async def test_production_decrypts_for_operators_only(guarded: httpx.AsyncClient, route: str) -> None:
    body = await encrypted()
    assert (await guarded.post(route, json=body)).status_code == 401
    for tier, role in OTHERS:
        assert (await guarded.post(route, json=body, headers=auth(tier, role))).status_code == 403, (tier, role)
    assert (await guarded.post(route, json=body, headers=auth("ops", "ops"))).status_code == 200


async def test_a_token_that_is_given_counts_in_development_too(ops: httpx.AsyncClient) -> None:
    body = await encrypted()
    assert (await ops.post("/decode", json=body, headers=auth(Tier.LEAD_GEN, "ops"))).status_code == 403
    assert (await ops.post("/decode", json=body, headers={"Authorization": "Bearer x"})).status_code == 401
    assert (await ops.post("/decode", json=body, headers=auth("ops", "ops"))).status_code == 200


@pytest.mark.parametrize(("host", "status"), [("::", 401), ("10.0.0.7", 401), ("::1", 200), ("localhost", 200)])
async def test_nobody_asks_without_a_token_from_another_machine(host: str, status: int) -> None:
    async with api_client(build_app(make_settings(codec_keys=KEYS, host=host))) as client:
        assert (await client.post("/decode", json=await encrypted())).status_code == status


def damaged(**changes: bytes) -> dict[str, Any]:
    """A payload that says it is encrypted."""
    fields = {"encoding": ENCODING, "key": b"k1", "data": b"x" * 60, **changes}
    payload = Payload(metadata={name: fields[name] for name in ("encoding", "key")}, data=fields["data"])
    return json_format.MessageToDict(Payloads(payloads=[payload]))


def not_a_payload() -> bytes:
    return b"n" * 12 + AESGCM(b"1" * 32).encrypt(b"n" * 12, b"\xff\xff\xff", b"k1")


REFUSED = {
    **{f"{length} bytes": damaged(data=b"x" * length) for length in (0, 1, 7, 8, 12, 27, 28, 29)},
    "no key": damaged(key=b""),
    "a key that is no text": damaged(key=b"\xff\xfe"),
    "a long key": damaged(key=b"k" * 100_000),
    "no payload inside": damaged(data=not_a_payload()),
    "a number as the encoding": {"payloads": [{"metadata": {"encoding": 7}}]},
    "metadata that is a list": {"payloads": [{"metadata": []}]},
    "payloads that are an object": {"payloads": {"0": {}}},
    "nothing as a payload": {"payloads": [None]},
    "a number as a payload": {"payloads": [7]},
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_opened_is_refused_with_a_reason(ops: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await ops.post("/decode", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("payloads")
    assert len(answer.text) < 1000


async def test_an_endless_body_is_refused_and_a_whole_event_is_not(ops: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(BODY_BYTES // 65536 + 2):
            yield b" " * 65536

    for content in (endless(), b" " * (BODY_BYTES + 1)):
        answer = await ops.post("/decode", content=content, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    two_megabytes = Payload(metadata={"encoding": b"binary/plain"}, data=b"x" * (2 << 20))
    body = json_format.MessageToDict(Payloads(payloads=[two_megabytes]))
    there = (await ops.post("/encode", json=body)).json()
    assert (await ops.post("/decode", json=there)).json() == body


async def test_the_codec_tells_browsers_and_caches_to_keep_nothing(ops: httpx.AsyncClient) -> None:
    answer = await ops.post("/decode", json=await encrypted(), headers={"Origin": UI})
    assert answer.headers["cache-control"] == "no-store"
    preflight = await ops.options("/decode", headers={"Origin": UI, "Access-Control-Request-Method": "POST"})
    assert preflight.headers["x-content-type-options"] == "nosniff"
