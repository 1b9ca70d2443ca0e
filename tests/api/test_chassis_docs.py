"""/docs shows the API without the internet: no page, script or style refers to another host."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import httpx
import pytest

from services.chassis.api import create_app
from tests.api.toy import ops_router
from tests.fixtures.http import api_client, make_settings

# Names of XML vocabularies look like addresses and are none.
NAMESPACES = re.compile(r"http://www\.w3\.org/[\w/.-]+")
ELSEWHERE = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


@pytest.mark.parametrize("prefix", ["", "/lead-gen"])
async def test_everything_the_page_needs_comes_from_the_service_itself(client: httpx.AsyncClient, prefix: str) -> None:
    page = await client.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<title>Notes</title>" in page.text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert "docs/swagger-ui-bundle.js" in addresses
    for address in addresses:
        if address == "data:,":
            continue
        # As a browser resolves it from the page's own address, which a proxy may have put below a prefix.
        resolved = str(httpx.URL(f"http://desk{prefix}/docs").join(address))
        assert resolved.startswith(f"http://desk{prefix}/docs/")
        asset = await client.get(resolved.removeprefix(f"http://desk{prefix}"))
        assert asset.status_code == 200
        kind = {".js": "text/javascript", ".css": "text/css"}[PurePosixPath(address).suffix]
        assert asset.headers["content-type"].startswith(kind)
    started = (await client.get("/docs/start.js")).text
    assert 'url: "openapi.json"' in started
    assert (await client.get("/openapi.json")).json()["info"]["title"] == "Notes"


async def test_nothing_refers_to_another_host(client: httpx.AsyncClient) -> None:
    for path in ("/docs", "/docs/start.js", "/docs/swagger-ui.css"):
        text = NAMESPACES.sub("", (await client.get(path)).text)
        assert ELSEWHERE.findall(text) == [], path


async def test_the_browser_is_told_to_load_nothing_else_and_to_run_no_script_of_the_page(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/docs")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert not re.search(r"<script(?![^>]* src=)", page.text)
    assert not re.search(r"\son\w+=", page.text)


async def test_every_service_has_the_page_and_none_the_pages_of_the_framework() -> None:
    app = create_app(title="Ops & more", tier=None, settings=make_settings(), routers=[ops_router])
    async with api_client(app) as client:
        assert "<title>Ops &amp; more</title>" in (await client.get("/docs")).text
        for path in ("/redoc", "/docs/oauth2-redirect", "/docs/../pyproject.toml"):
            assert (await client.get(path)).status_code == 404
        assert "/docs" not in (await client.get("/openapi.json")).json()["paths"]
