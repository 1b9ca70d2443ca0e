"""The front door by itself, with nobody behind it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from tests.fixtures.ports import free_port
from tests.stack.running import PATIENCE_SECONDS, ROOT

ENGLISH, UKRAINIAN = "Conversion is away for a moment", "Конверсія: зараз немає зв’язку"
ASKED = (
    ({"Accept-Language": "de, uk"}, ENGLISH),
    ({"Accept-Language": "uk-UA, en"}, UKRAINIAN),
    ({"Accept-Language": "de", "Cookie": "theme=dark; leadrelay_language_0a1b2c3d=uk"}, UKRAINIAN),
    ({"Accept-Language": "uk", "Cookie": "leadrelay_language=en"}, ENGLISH),
)


@pytest_asyncio.fixture
async def door(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    address, nobody = f"http://127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    tiers = {f"LEADRELAY_{name}": nobody for name in ("LEAD_GEN", "CONVERSION", "ACCOUNTS", "OPS")}
    env = {
        **os.environ,
        **tiers,
        "LEADRELAY_DOMAIN": address,
        "LEADRELAY_FRONT_DOOR": str(tmp_path),
        "HOME": str(tmp_path),
    }
    caddy = Path(sys.executable).with_name("caddy")
    command = [caddy, "run", "--adapter", "caddyfile", "--config", ROOT / "leadrelay/stack/Caddyfile"]
    process = await asyncio.create_subprocess_exec(*command, env=env, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS) as client:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await _is_open(client):
                    await asyncio.sleep(0.05)
            yield client
    finally:
        process.terminate()
        await process.wait()


async def _is_open(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False


async def test_a_tier_that_is_away_says_so_in_the_language_that_was_chosen_else_in_the_browsers(
    door: httpx.AsyncClient,
) -> None:
    asked = [door.get("/conversion/desk/", headers={"Accept": "text/html", **headers}) for headers, _ in ASKED]
    answers = await asyncio.gather(*asked)
    for answer, (headers, words) in zip(answers, ASKED, strict=True):
        assert answer.status_code == 502
        assert f"<h1>{words}</h1>" in answer.text, headers
        assert ('lang="uk"' in answer.text) == (words == UKRAINIAN)
