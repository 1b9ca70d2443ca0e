"""Who may not come in is told so at the door; bodies are bounded; a client that leaves is no error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import structlog
from structlog.testing import LogCapture

from services.chassis.db import new_id
from tests.api.openapi import Ids, operations
from tests.api.toy import toy_app
from tests.fixtures.documents import APPS, document_of
from tests.fixtures.http import auth, make_settings
from tests.fixtures.raw_http import line, served
from workflows.contracts.base import Tier

NOWHERE = make_settings("postgresql://nowhere/none")
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
JSON = {"Content-Type": "application/json"}
OPEN = {"/healthz", "/readyz", "/metrics"}
GIGABYTE = str(1 << 30)


@pytest_asyncio.fixture(scope="module")
async def port(toy_dsn: str) -> AsyncIterator[int]:
    settings = make_settings(toy_dsn, max_body_bytes=4096, max_upload_bytes=2 << 30, body_seconds=0.3)
    async with served(toy_app(settings)) as at:
        yield at


async def asked_without_a_body(app: Any, method: str, path: str, headers: dict[str, str]) -> tuple[int, bool]:
    """(status, whether the answer came before anybody wanted to see the body)."""
    status, early = 0, True

    async def receive() -> dict[str, Any]:
        nonlocal early
        early = status != 0
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    raw = [(name.lower().encode(), value.encode()) for name, value in {**headers, "Content-Length": GIGABYTE}.items()]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": raw,
        "http_version": "1.1", "scheme": "http", "server": ("test", 80), "client": ("test", 1), "root_path": "",
    }  # fmt: skip
    await app(scope, receive, send)
    return status, early


@pytest.mark.parametrize("service", APPS)
async def test_no_route_reads_the_body_of_a_stranger(service: str) -> None:
    app = APPS[service](NOWHERE)
    for path, method, operation in operations(document_of(service)):
        # Known by a signature of the body, and by the link itself: neither reads more than a little.
        if path in ("/v1/telephony/events", "/v1/mail-stops/{token}"):
            continue
        address = path.format_map(Ids(row_id="1", phone="+380441239911"))
        kind = FORM if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}) else JSON
        # The mail door is known by a secret of its own: to it everybody's token is a wrong one.
        known = 401 if (method, path) == ("post", "/v1/inbound-mails") else 403
        for who, wanted in (({"Authorization": "Bearer x"}, 401), (auth("another", "supervisor"), known)):
            status, early = await asked_without_a_body(app, method.upper(), address, {**kind, **who})
            assert early, (method, path)
            assert status == (200 if path in OPEN else wanted), (method, path)


@pytest.mark.parametrize("tier", list(Tier))
async def test_no_upload_of_the_wrong_role_is_read(tier: Tier) -> None:
    app = APPS[tier.value](NOWHERE)
    uploads = [
        path for path, _, op in operations(document_of(tier.value))
        if "multipart/form-data" in op.get("requestBody", {}).get("content", {})
    ]  # fmt: skip
    for path in uploads:
        assert await asked_without_a_body(app, "POST", path, {**FORM, **auth(tier, "nobody")}) == (403, True), path
    assert uploads or tier is Tier.CONVERSION


async def test_the_refusal_of_an_upload_comes_while_the_client_is_still_sending(port: int) -> None:
    async with line(port) as to:
        await to.head("POST", "/v1/files", {**FORM, **auth(role="caller"), "Content-Length": GIGABYTE})
        await to.send(b"x" * 100_000)
        answer = await to.answer()
        assert (answer.status, answer.json["code"]) == (403, "wrong_role")
        # The client may have been in the middle of it: nothing else can be said on this connection.
        assert answer.headers["connection"] == "close"
        assert await to.ended()


@pytest.mark.parametrize(("path", "kind"), [("/v1/files", FORM), ("/v1/notes", JSON), ("/v1/nothing-to-say", JSON)])
@pytest.mark.parametrize("part", [b"", b"--b"])
async def test_a_body_that_only_dribbles_is_given_up(port: int, path: str, kind: dict[str, str], part: bytes) -> None:
    async with line(port) as to:
        await to.head("POST", path, {**kind, **auth(), "Content-Length": "1000"})
        await to.send(part)
        answer = await to.answer()
        assert (answer.status, answer.json["code"], answer.headers["connection"]) == (408, "body_timeout", "close")
        assert await to.ended()


async def test_a_body_without_an_end_is_too_large_however_it_is_sent(port: int) -> None:
    for length, start in (({"Content-Length": "5000"}, b""), ({"Transfer-Encoding": "chunked"}, b"1388\r\n")):
        async with line(port) as to:
            await to.head("POST", "/v1/notes", {**JSON, **auth(), **length})
            await to.send(start + b" " * 4500)
            answer = await to.answer()
            assert (answer.status, answer.headers["connection"]) == (413, "close")


@pytest.mark.parametrize(("path", "kind"), [("/v1/files", FORM), ("/v1/notes", JSON)])
async def test_a_client_that_leaves_in_the_middle_of_its_body_is_one_line_of_the_log(
    port: int, path: str, kind: dict[str, str]
) -> None:
    logs, own = LogCapture(), new_id()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, logs], cache_logger_on_first_use=False)
    try:
        async with line(port) as to:
            await to.head("POST", path, {**kind, **auth(), "Content-Length": "1000", "X-Request-Id": own})
            await to.send(b"--b")
        async with asyncio.timeout(60):
            # A request of the test before may be written down only now.
            while not (found := [one for one in logs.entries if one.get("request_id") == own]):
                await asyncio.sleep(0.01)
    finally:
        structlog.configure(**before)
    (entry,) = found
    assert (entry["event"], entry["status"], entry["log_level"]) == ("request", 499, "info")
