"""What traces cost: `python -m bench.tracing [TURNS]`. Inbound decisions with and without, by turns, in one process.

Processor time of the API's process. Three APIs stand side by side and answer by short turns, in an order that moves on,
so that what changes with time (the database grows) meets all three alike: without traces, with traces of which none is
chosen, and with every one chosen. A share between is made of the last two: each request is either. A machine that is
busy only ever adds to a turn, by a sixth of it easily, so the quickest tenth of the turns is set beside each other as
well as their median. The collector is a server that throws away what it gets.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from bench.stack import running_stack
from services.chassis import tracing
from services.chassis.logging import configure_logging
from services.chassis.settings import Settings
from services.lead_gen.api import build_app
from tests.fixtures.http import api_client
from workflows.contracts.base import Tier

TURNS = 240
REQUESTS = 25
WARMING = 300
KINDS = ("off", "none chosen", "every one chosen")


class Collector(BaseHTTPRequestHandler):
    """Answers 200 to whatever is sent."""

    def do_POST(self) -> None:
        """Take it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def turn(client: httpx.AsyncClient, run: str, requests: int = REQUESTS) -> float:
    """Milliseconds of processor time for a request, with the sending of its spans."""
    began = time.process_time()
    for number in range(requests):
        body = {"from": f"+38067{number:07d}", "call_id": f"{run}-{number}"}
        (await client.post("/v1/inbound-calls", json=body)).raise_for_status()
    if tracing.provider() is not None:
        tracing.provider().force_flush()
    return (time.process_time() - began) * 1000 / requests


async def by_turns(kinds: dict[str, Settings], headers: dict[str, str], turns: int) -> dict[str, list[float]]:
    """The figures of each kind, turn by turn."""
    found: dict[str, list[float]] = {name: [] for name in kinds}
    async with contextlib.AsyncExitStack() as stack:
        clients = []
        for name, settings in kinds.items():
            tracing.use(None)
            client = await stack.enter_async_context(api_client(build_app(settings), headers=headers))
            clients.append((name, client, tracing.provider(), settings.traces_share))
        for number in range(-1, turns):
            for name, client, provider, share in [*clients[number % 3 :], *clients[: number % 3]]:
                tracing.use(provider, share)
                cost = await turn(client, f"{name}-{number}", WARMING if number < 0 else REQUESTS)
                if number >= 0:
                    found[name].append(cost)
    return found


def show(found: dict[str, list[float]], share: float) -> None:
    """Print the quickest tenth and the median of each kind, and beside none; then what the share of this comes to."""
    for title, at in (("quickest tenth", 0), ("median", 4)):
        off, none, every = (statistics.quantiles(found[name], n=10)[at] for name in KINDS)
        chosen = none + share * (every - none)
        print(f"{title}: CPU a request without traces {off:.2f} ms")
        for name, figure in (("none chosen", none), ("every one chosen", every), (f"a share of {share}", chosen)):
            print(f"  with traces, {name:20} {figure:.2f} ms, {figure / off:.3f}")


async def main(turns: int) -> None:
    """Print the figures."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    async with running_stack({"lead_gen": {"always_open": True}}) as stack:
        headers = dict(stack.client("lead_gen", "supervisor", "iryna").headers)
        jwks = stack.data / "keys" / "jwks.json"
        off = Settings(database_dsn=stack.dsn("lead_gen"), auth_dev_jwks=jwks, log_level="WARNING")
        configure_logging(off)
        on = off.model_copy(update={"traces_endpoint": f"http://127.0.0.1:{server.server_port}"})
        for tier in Tier:
            # Their work, on the same processors, would blur what a request of the API takes.
            stack.process("worker", tier).suspend()
        shares = (off, on.model_copy(update={"traces_share": 0.0}), on.model_copy(update={"traces_share": 1.0}))
        kinds = dict(zip(KINDS, shares, strict=True))
        try:
            found = await by_turns(kinds, headers, turns)
        finally:
            for tier in Tier:
                stack.process("worker", tier).resume()
    show(found, on.traces_share)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else TURNS))
