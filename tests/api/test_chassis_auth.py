"""Who gets in, and what each role may do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.chassis.db import new_id
from services.chassis.dev_issuer import DevIssuer
from tests.fixtures.http import auth, token


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": value}


async def refusal(client: httpx.AsyncClient, headers: dict[str, str], method: str = "GET") -> tuple[int, str]:
    answer = await client.request(
        method, "/v1/notes", headers=headers, json={"text": "no"} if method != "GET" else None
    )
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code != 401) or answer.headers["www-authenticate"] == "Bearer"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("value", ["", "Basic eDp5", "Bearer", "Bearer  ", "token"])
async def test_without_a_bearer_token(client: httpx.AsyncClient, value: str) -> None:
    assert await refusal(client, bearer(value)) == (401, "token_missing")


async def test_with_tokens_that_are_not_good(client: httpx.AsyncClient, tmp_path: Path) -> None:
    expired = f"Bearer {token(ttl=timedelta(seconds=-30))}"
    assert await refusal(client, bearer(expired)) == (401, "token_expired")
    stranger = DevIssuer.open(tmp_path).mint(tier="lead_gen", role="supervisor", person="mallory")
    assert await refusal(client, bearer(f"Bearer {stranger}")) == (401, "token_invalid")
    head, body, signature = token().split(".")
    for broken in (f"{head}.{body}.", f"{head}.{body}", f"{head}.{body}.{signature[::-1]}", "x.y.z", "a" * 9000):
        assert await refusal(client, bearer(f"Bearer {broken}")) == (401, "token_invalid"), broken[:20]


async def test_tiers_and_roles(client: httpx.AsyncClient) -> None:
    assert await refusal(client, auth("conversion", "manager")) == (403, "wrong_tier")
    assert await refusal(client, auth("ops", "reader")) == (403, "wrong_tier")
    assert await refusal(client, auth("ops", "ops"), "POST") == (403, "wrong_tier")
    assert (await client.get("/v1/notes", headers=auth("ops", "ops"))).status_code == 200
    path = f"/v1/notes/{new_id()}"
    answer = await client.delete(path, headers=auth(role="caller"))
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_role")
    assert (await client.delete(path)).status_code == 204


async def test_a_refusal_comes_before_the_body_is_looked_at(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/notes", content=b"{" * 5000, headers=auth("conversion", "manager"))
    assert answer.status_code == 403
