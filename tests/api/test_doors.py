"""Who comes through which door: every route of every service, tried with every role, against docs/security.md."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.chassis.http.events import EventHub
from services.chassis.roles import ROLES
from services.lead_gen.api import build_app as lead_gen
from tests.api.openapi import Document, Ids, operations
from tests.fixtures.documents import APPS, document_of
from tests.fixtures.http import api_client, auth, make_settings
from tests.fixtures.postgres import FreshDatabase
from workflows.contracts.base import Tier

TABLE = Path(__file__).parents[2] / "docs" / "security.md"
KNOWN = [(tier, str(role)) for tier, roles in ROLES.items() for role in roles]
INVENTED = [
    *((tier, "wizard") for tier in ROLES),
    *((tier, "ops") for tier in ROLES if tier != "ops"),
    ("lead_gen", "manager"),
    ("conversion", "caller"),
    ("ops", "supervisor"),
    ("sales", "supervisor"),
]
"""Roles that the tier of the token does not have, and a tier that does not exist."""
# When the UI may come without a token depends on the profile and the host: tried with these in test_ops_codec.py.
CODEC = {"POST /decode", "POST /encode"}
ANYBODY, SIGNED = "anybody", "signed"
_ROW = re.compile(r"^\| (?P<service>\w+) \| `(?P<route>[A-Z]+ [^`]+)` \| (?P<who>[^|]+) \|$", re.MULTILINE)


def declared(service: str) -> dict[str, set[str]]:
    """`METHOD /path` and who may use it, as the page says."""
    rows = _ROW.finditer(TABLE.read_text(encoding="utf-8"))
    return {row["route"]: set(row["who"].split(", ")) for row in rows if row["service"] == service}


def spelled(service: str, tier: str, role: str) -> str:
    """A role as the page spells it: that of another tier with its tier."""
    return role if tier in (service, "ops") else f"{tier} {role}"


@pytest_asyncio.fixture(scope="module", params=list(APPS))
async def door(
    request: pytest.FixtureRequest, fresh_database: FreshDatabase
) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    service = str(request.param)
    dsn = "" if service == "ops" else await fresh_database(f"doors_{service}", tier=Tier(service), policy="demo")
    app = APPS[service](make_settings(dsn))
    async with api_client(app) as http:
        if app.state.events is not None:
            app.state.events.close()  # so that a stream of events ends once it has begun
        yield service, http


def routes(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, what an empty request of its kind needs)."""
    for path, method, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        form = {"files": {"nothing": ("nothing", b"")}} if "multipart/form-data" in content else {}
        yield method.upper(), path, form


async def refused(http: httpx.AsyncClient, method: str, path: str, form: dict[str, Any], **headers: str) -> bool:
    """Whether this door stays shut; whatever comes after the door is another test's."""
    address = path.format_map(Ids(row_id="1", phone="+380441239911", number="1", month="2024-01"))
    answer = await http.request(method, address, headers=headers, **form)
    assert answer.status_code < 500, (method, path, answer.text)
    shut = answer.status_code == 401 or answer.status_code == 403
    return shut and answer.json()["code"] in ("token_missing", "wrong_role", "wrong_tier", "bad_signature")


async def found(service: str, http: httpx.AsyncClient) -> dict[str, set[str]]:
    """`METHOD /path` and who came through."""
    let_in: dict[str, set[str]] = {}
    for method, path, form in routes(document_of(service)):
        if f"{method} {path}" in CODEC:
            continue
        people = [one for one in [*KNOWN, *INVENTED] if not await refused(http, method, path, form, **auth(*one))]
        names = {spelled(service, *one) for one in people}
        if not await refused(http, method, path, form):
            assert len(people) == len([*KNOWN, *INVENTED]), f"a stranger comes further than some people: {path}"
            names = {ANYBODY}
        let_in[f"{method} {path}"] = names or {SIGNED}
    return let_in


async def test_every_route_lets_in_whom_the_page_names_and_nobody_else(door: tuple[str, httpx.AsyncClient]) -> None:
    service, http = door
    seen = await found(service, http)
    said = {route: who for route, who in declared(service).items() if route not in CODEC}
    assert seen == said, {route: (seen.get(route), said.get(route)) for route in seen.keys() | said.keys()
                          if seen.get(route) != said.get(route)}  # fmt: skip


def test_every_role_of_the_page_exists() -> None:
    known = {spelled(service, *one) for service in APPS for one in KNOWN} | {ANYBODY, SIGNED}
    assert {name for service in APPS for who in declared(service).values() for name in who} <= known


async def test_the_stream_of_events_ends_with_its_token(fresh_database: FreshDatabase) -> None:
    dsn = await fresh_database("doors_stream", tier=Tier.LEAD_GEN, policy="demo")
    app = lead_gen(make_settings(dsn))
    async with api_client(app, headers=auth()) as http:
        app.state.events = EventHub(dsn, clock=lambda: time.time() + 2 * 3600)
        answer = await asyncio.wait_for(http.get("/v1/events"), 60)
        assert (answer.status_code, answer.text) == (200, ": connected\n\n")
        await app.state.events.stop()


async def test_a_stream_goes_on_until_its_token_ends(fresh_database: FreshDatabase) -> None:
    hub = EventHub(await fresh_database("doors_stream", tier=Tier.LEAD_GEN, policy="demo"))
    frames = hub.stream(time.time() + 3600)
    assert await anext(frames) == ": connected\n\n"
    # The listener tells that it has begun, as whatever happened before it was not heard.
    assert await asyncio.wait_for(anext(frames), 60) == "event: resync\ndata: {}\n\n"
    await hub.stop()
    assert [frame async for frame in frames] == []


async def test_a_repeated_request_is_let_in_or_refused_like_the_first(fresh_database: FreshDatabase) -> None:
    """Its kept answer is for those who might have asked."""
    dsn = await fresh_database("doors_replay", tier=Tier.LEAD_GEN, policy="demo")
    lead, key = {"company": "Once", "phones": ["+380441239900"]}, {"Idempotency-Key": "once"}
    async with api_client(lead_gen(make_settings(dsn))) as http:
        first = await http.post("/v1/leads", json=lead, headers={**auth(), **key})
        assert first.status_code == 201, first.text
        for role in ("caller", "wizard"):
            headers = {**auth(Tier.LEAD_GEN, role, "boss"), **key}
            assert (await http.post("/v1/leads", json=lead, headers=headers)).status_code == 403
        again = await http.post("/v1/leads", json=lead, headers={**auth(), **key})
        assert (again.status_code, again.json()) == (201, first.json())
        assert "Idempotent-Replayed" in again.headers
