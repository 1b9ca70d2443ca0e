"""Whatever route a body of JSON goes to: one that is nested without end, or has a number without end, is refused.

The services have no database here, so whatever gets past that is no refusal.
"""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.chassis.settings import DEV_TELEPHONY_SECRET
from services.lead_gen.domain.telephony import HEADER, sign
from tests.api.openapi import Ids, operations, writing
from tests.fixtures.documents import APPS, document_of
from tests.fixtures.http import auth, make_settings

NOWHERE = make_settings("postgresql://nowhere/none")
ROLES = {
    "lead_gen": ("supervisor", "caller"), "conversion": ("supervisor", "manager"),
    "account_mgmt": ("supervisor", "account_manager"), "ops": ("ops",),
}  # fmt: skip
DEEP, LONG = 3_000, "9" * 5_000
HOSTILE = [
    b"[" * DEEP + b"]" * DEEP,
    b"[" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b'{"a":[' * DEEP + b"]}" * DEEP,
    LONG.encode(),
    f'{{"a": {LONG}}}'.encode(),
    f'{{"a": [-{LONG}]}}'.encode(),
    f'{{"a": 0.{LONG}}}'.encode(),
    f'{{"a": 1e{LONG}}}'.encode(),
    f'{{"a": {LONG}}}'.encode("utf-16"),
    f'{{"a": {LONG}}}'.encode("utf-8-sig"),
    ("[" * DEEP).encode("utf-32"),
]


def headers(service: str, role: str, path: str, content: bytes) -> dict[str, str]:
    signature = {HEADER: sign(DEV_TELEPHONY_SECRET.encode(), content, int(time.time()))} if "telephony" in path else {}
    return {"Content-Type": "application/json", **signature, **auth(service, role)}


async def refusal(app: FastAPI, service: str, method: str, path: str, content: bytes) -> httpx.Response:
    """The answer to the first role that this route is for."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        for role in ROLES[service]:
            asked = headers(service, role, path, content)
            answer = await http.request(method, path, content=content, headers=asked)
            if answer.status_code != 403:
                break
    return answer


@pytest.mark.parametrize("service", APPS)
async def test_no_route_takes_a_body_without_bounds(service: str) -> None:
    app = APPS[service](NOWHERE)
    bodies = writing(document_of(service))
    for path, method in bodies:
        address = path.format_map(Ids(row_id="1", phone="+380441239911", month="2026-01", number="1"))
        for content in HOSTILE:
            answer = await refusal(app, service, method, address, content)
            assert answer.status_code in (400, 422), (method, path, content[:20], answer.text)
    assert len(bodies) > (1 if service == "ops" else 20)


@pytest.mark.parametrize("service", APPS)
def test_every_body_is_json_or_a_form(service: str) -> None:
    """What is neither would be read by somebody else, without these bounds."""
    kinds: set[Any] = set()
    for _, _, operation in operations(document_of(service)):
        kinds |= set(operation.get("requestBody", {}).get("content", {}))
    assert kinds <= {"application/json", "multipart/form-data"}
