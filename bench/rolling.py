"""A tier's processes restarted one after the other while callers work: `python -m bench.rolling`.

Two APIs of tier 1 stand behind a door that asks the other at once when one refuses the connection, as the containers'
does for a name with two addresses. Callers claim and post outcomes in an open loop; meanwhile each API is stopped
politely and started again, then the worker. The limit is the same load with nobody restarted.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.claims import line, paced
from bench.stack import Running, running_stack
from tests.fixtures.ports import free_port

# Calls a second, two requests each.
RATE, ALONE_SECONDS, SECONDS = 5, 20, 60
POLICY = {"always_open": True, "window": 5000, "batch": 1000, "campaign_tick": 0.5}
# As in docker-compose.yml.
DRAIN = {"LEADRELAY_DRAIN_SECONDS": "3"}
DOOR = """{{
	admin off
}}
http://127.0.0.1:{port} {{
	reverse_proxy {apis} {{
		lb_policy round_robin
		lb_try_duration 2s
		lb_try_interval 5ms
	}}
}}
"""


@dataclass
class Seen:
    """What callers were answered."""

    took: list[float] = field(default_factory=list)
    claimed: int = 0
    kept: int = 0
    refused: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{line('requests', self.took)}; {len(self.refused)} refused {dict(Counter(self.refused))}; "
            f"{self.claimed} leases, {self.kept} outcomes kept"
        )


class Api:
    """A second API of tier 1, with the environment of the first."""

    def __init__(self, stack: Running) -> None:
        self.port = free_port()
        port = str(self.port)
        self._env = {
            **stack.process("api", "lead_gen").environ(),
            "LEADRELAY_PORT": port,
            "LEADRELAY_HEALTH_PORT": port,
        }
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "leadrelay", "api", "lead_gen"]
        return subprocess.Popen(command, env=self._env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    async def restart(self) -> None:
        self.stop()
        await asyncio.to_thread(self._process.wait)
        self._process = self._start()
        await ready(f"http://127.0.0.1:{self.port}")

    def stop(self) -> None:
        self._process.terminate()


async def ready(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        while True:
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


@asynccontextmanager
async def door(stack: Running, second: Api) -> AsyncIterator[str]:
    """The address of a door before both APIs."""
    port, config = free_port(), stack.data / "rolling.caddy"
    first = stack.addresses["lead_gen"].removeprefix("http://")
    config.write_text(DOOR.format(port=port, apis=f"{first} 127.0.0.1:{second.port}"))
    binary = Path(sys.executable).with_name("caddy")
    command = [binary, "run", "--adapter", "caddyfile", "--config", config]
    process = subprocess.Popen(command, env={**os.environ, "HOME": str(stack.data)}, stderr=subprocess.DEVNULL)
    try:
        await ready(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


async def calls(stack: Running, address: str, seconds: int, first: int) -> Seen:
    """Callers at work: claim, then the outcome, each a request."""
    seen = Seen()
    callers = [stack.client("lead_gen", "caller", f"caller-{first + n}") for n in range(RATE * seconds)]

    async def ask(client: httpx.AsyncClient, path: str, body: dict[str, str]) -> httpx.Response | None:
        began = time.perf_counter()
        try:
            answer = await client.post(f"{address}{path}", json=body)
        except httpx.TransportError as error:
            seen.refused.append(type(error).__name__)
            return None
        seen.took.append((time.perf_counter() - began) * 1000)
        if answer.status_code >= 400:
            seen.refused.append(str(answer.status_code))
        return answer

    async def call(number: int) -> None:
        answer = await ask(callers[number], "/v1/calls/next", {})
        if answer is None or answer.status_code != 200:
            return
        seen.claimed += 1
        given = answer.json()
        body = {"token": given["token"], "outcome": "not_interested", "reason": "bench"}
        told = await ask(callers[number], f"/v1/calls/{given['item_id']}/outcome", body)
        seen.kept += told is not None and told.status_code == 200

    await paced(RATE * seconds, RATE, call)
    return seen


async def restarts(stack: Running, second: Api) -> None:
    """Each API and the worker, one after the other; the stack starts its own again."""
    for kind in ("api", "worker"):
        process = stack.process(kind, "lead_gen")
        process.terminate()
        await asyncio.to_thread(process.wait)
        if kind == "api":
            await ready(stack.addresses["lead_gen"])
            await second.restart()


async def main() -> None:
    """Print what callers saw, with nobody restarted and with everybody."""
    async with running_stack({"lead_gen": POLICY}, DRAIN) as stack:
        await stack.leads(RATE * (ALONE_SECONDS + SECONDS) + 100)
        second = Api(stack)
        await ready(f"http://127.0.0.1:{second.port}")
        try:
            async with door(stack, second) as address:
                print(f"nobody restarted: {await calls(stack, address, ALONE_SECONDS, 0)}", flush=True)
                began = time.perf_counter()
                work = asyncio.create_task(calls(stack, address, SECONDS, RATE * ALONE_SECONDS))
                await restarts(stack, second)
                took = time.perf_counter() - began
                print(f"two APIs and the worker restarted in {took:.0f} s: {await work}", flush=True)
        finally:
            second.stop()


if __name__ == "__main__":
    asyncio.run(main())
