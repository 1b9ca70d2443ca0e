"""The whole house as a user starts it: `leadrelay up` on a directory of its own, driven by REST alone."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from services.chassis.dev_issuer import DevIssuer

READY_SECONDS = 100
PATIENCE_SECONDS = 60
LOOK_EVERY = 0.2
LEADRELAY = Path(sys.executable).with_name("leadrelay")

# Real rules, short times: retries far away, so that a test sees every call exactly once.
POLICIES: dict[str, dict[str, Any]] = {
    "lead_gen": {"always_open": True, "gaps": [3600], "campaign_tick": 0.5, "window": 200, "batch": 100},
    "account_mgmt": {
        "default_interval": 2,
        "shortest_interval": 2,
        "nudge_ahead": 0,
        "nudge_gap": 1,
        "working_days_only": False,
        "contact_hours": None,
    },
}


@dataclass
class House:
    """The running stack, and a client for anybody in it."""

    data: Path
    process: subprocess.Popen[bytes]
    issuer: DevIssuer
    clients: AsyncExitStack
    made: dict[tuple[str, str, str], httpx.AsyncClient] = field(default_factory=dict)

    def state(self) -> dict[str, Any]:
        told = subprocess.run(
            [LEADRELAY, "status", "--json", "--data", self.data], capture_output=True, check=True, text=True
        )
        found: dict[str, Any] = json.loads(told.stdout)
        return found

    async def at(self, tier: str, role: str = "supervisor", person: str = "boss") -> httpx.AsyncClient:
        key = (tier, role, person)
        if key not in self.made:
            token = self.issuer.mint(tier=tier, role=role, person=person)
            address = (await asyncio.to_thread(self.state))["addresses"][tier]
            client = httpx.AsyncClient(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=30)
            self.made[key] = await self.clients.enter_async_context(client)
        return self.made[key]

    async def post(
        self, tier: str, path: str, body: Any = None, *, role: str = "supervisor", person: str = "boss"
    ) -> Any:
        answer = await (await self.at(tier, role, person)).post(path, json=body if body is not None else {})
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def get(self, tier: str, path: str) -> Any:
        answer = await (await self.at(tier)).get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, part: str, number: signal.Signals) -> int:
        pid = int(self.state()["pids"][part])
        os.kill(pid, number)
        return pid


async def until(what: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until there is an answer; the test fails after a minute."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await what()):
            await asyncio.sleep(LOOK_EVERY)
    return found


async def wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while "leadrelay ready" not in log.read_text():
            assert process.poll() is None, log.read_text()
            await asyncio.sleep(LOOK_EVERY)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[House]:
    # Not pytest's tmp_path: as root, PostgreSQL runs as another user, who must get in.
    data = Path(tempfile.mkdtemp(prefix="lr-e2e-"))
    data.chmod(0o755)
    log = data / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [LEADRELAY, "up", "--no-demo", "--data", data, "--port-base", "19080"], stdout=out, stderr=out
        )
    async with AsyncExitStack() as clients:
        try:
            await wait_until_ready(process, log)
            house = House(data, process, DevIssuer.open(data / "keys"), clients)
            for tier, body in POLICIES.items():
                await house.post(tier, "/v1/policies", {"body": body})
            yield house
        finally:
            process.terminate()
            process.wait(60)
            shutil.rmtree(data, ignore_errors=True)
