"""The trial's issuer signs people in for Temporal's pages too, which show a secret instead of a proof key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
import pytest_asyncio

from leadrelay.identity_provider.app import build_app
from leadrelay.identity_provider.grants import Client
from services.chassis.dev_issuer import DevIssuer

ORIGIN = "https://leadrelay.localhost"
UI = Client("temporal-ui", f"{ORIGIN}/temporal/auth/sso/callback", "a secret of this test")
ASKED = {"response_type": "code", "client_id": UI.id, "redirect_uri": UI.back, "state": "s", "nonce": "n"}
OPERATOR = {"role": "ops/ops", "person": "ops"}


@pytest_asyncio.fixture
async def provider(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    issuer = DevIssuer.open(tmp_path / "keys", f"{ORIGIN}/identity")
    transport = httpx.ASGITransport(build_app(issuer, ORIGIN, others=[UI]))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


async def code_of(provider: httpx.AsyncClient) -> str:
    there = urlsplit((await provider.post("/authorize", data={**ASKED, **OPERATOR})).headers["location"])
    assert there._replace(query="").geturl() == UI.back
    return parse_qs(there.query)["code"][0]


@pytest.mark.parametrize("way", ["header", "form"])
async def test_a_client_with_a_secret_gets_tokens_for_it(provider: httpx.AsyncClient, way: str) -> None:
    form = {"grant_type": "authorization_code", "code": await code_of(provider), "redirect_uri": UI.back}
    shown = {"client_id": UI.id, "client_secret": UI.secret or ""}
    auth = httpx.BasicAuth(UI.id, UI.secret or "") if way == "header" else None
    given = await provider.post(
        "/token", data=form | (shown if way == "form" else {}), auth=auth or httpx.USE_CLIENT_DEFAULT
    )
    claims = jwt.decode(given.raise_for_status().json()["access_token"], options={"verify_signature": False})
    identity = jwt.decode(given.json()["id_token"], options={"verify_signature": False})
    assert (claims["iss"], claims["aud"], claims["tier"]) == (f"{ORIGIN}/identity", "leadrelay", "ops")
    assert (identity["iss"], identity["aud"], identity["nonce"]) == (f"{ORIGIN}/identity", UI.id, "n")


@pytest.mark.parametrize("secret", ["", "guessed"])
async def test_a_code_is_no_use_without_the_secret(provider: httpx.AsyncClient, secret: str) -> None:
    form = {"grant_type": "authorization_code", "code": await code_of(provider), "redirect_uri": UI.back}
    given = await provider.post("/token", data=form | {"client_id": UI.id, "client_secret": secret})
    assert (given.status_code, given.json()["error"]) == (400, "invalid_client")


async def test_a_code_of_one_client_is_no_use_to_another(provider: httpx.AsyncClient) -> None:
    form = {"grant_type": "authorization_code", "code": await code_of(provider), "redirect_uri": UI.back}
    given = await provider.post("/token", data=form | {"client_id": "leadrelay"})
    assert (given.status_code, given.json()["error"]) == (400, "invalid_grant")


async def test_a_client_without_a_secret_needs_a_proof_key(provider: httpx.AsyncClient) -> None:
    asked = ASKED | {"client_id": "leadrelay", "redirect_uri": f"{ORIGIN}/sign-in/back"}
    assert (await provider.get("/authorize", params=asked)).status_code == 400
    assert (await provider.get("/authorize", params=ASKED)).status_code == 200
    elsewhere = ASKED | {"redirect_uri": "https://elsewhere.example.org"}
    assert (await provider.get("/authorize", params=elsewhere)).status_code == 400
