"""The whole house as a user starts it: `leadrelay up` on a directory of its own, driven by REST alone."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest_asyncio

from services.chassis.dev_issuer import DevIssuer
from tests.fixtures.ports import free_port_base
from tests.stack.running import PATIENCE_SECONDS, Up, data_directory

LOOK_EVERY = 0.2

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

    up: Up
    issuer: DevIssuer
    clients: AsyncExitStack
    made: dict[tuple[str, str, str], httpx.AsyncClient] = field(default_factory=dict)

    async def at(self, tier: str, role: str = "supervisor", person: str = "boss") -> httpx.AsyncClient:
        key = (tier, role, person)
        if key not in self.made:
            token = self.issuer.mint(tier=tier, role=role, person=person)
            address = (await asyncio.to_thread(self.up.status))["addresses"][tier]
            client = httpx.AsyncClient(
                base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_SECONDS
            )
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
        pid = int(self.up.status()["pids"][part])
        os.kill(pid, number)
        return pid


async def until(what: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until there is an answer; the test fails when there is none for minutes."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await what()):
            await asyncio.sleep(LOOK_EVERY)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house() -> AsyncIterator[House]:
    with data_directory() as data:
        up = Up(data, free_port_base())
        async with AsyncExitStack() as clients:
            try:
                await asyncio.to_thread(up.start)
                house = House(up, DevIssuer.open(data / "keys"), clients)
                for tier, body in POLICIES.items():
                    await house.post(tier, "/v1/policies", {"body": body})
                yield house
            finally:
                await asyncio.to_thread(up.clean_up)
