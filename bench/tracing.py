"""What traces cost: `python -m bench.tracing [REQUESTS]`. Inbound decisions with and without, by turns, in one process.

Processor time of the API's process, which a busy machine does not make longer. The collector is a server that throws
away what it gets.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.claims import line
from bench.stack import running_stack
from services.chassis.logging import configure_logging
from services.chassis.settings import Settings
from services.lead_gen.api import build_app
from tests.fixtures.http import api_client

REQUESTS = 400
ROUNDS = 5


class Collector(BaseHTTPRequestHandler):
    """Answers 200 to whatever is sent."""

    def do_POST(self) -> None:
        """Take it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def per_request(settings: Settings, headers: dict[str, str], requests: int, run: str) -> float:
    """Milliseconds of processor time for a request."""
    async with api_client(build_app(settings), headers=headers) as client:
        for number in range(20):
            await client.post("/v1/inbound-calls", json={"from": "+380671234567", "call_id": f"warm-{run}-{number}"})
        began = time.process_time()
        for number in range(requests):
            body = {"from": f"+38067{number:07d}", "call_id": f"{run}-{number}"}
            (await client.post("/v1/inbound-calls", json=body)).raise_for_status()
        return (time.process_time() - began) * 1000 / requests


async def main(requests: int) -> None:
    """Print the figures."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    collector = f"http://127.0.0.1:{server.server_port}"
    async with running_stack({"lead_gen": {"always_open": True}}) as stack:
        headers = dict(stack.client("lead_gen", "supervisor", "iryna").headers)
        jwks = stack.data / "keys" / "jwks.json"
        off = Settings(database_dsn=stack.dsn("lead_gen"), auth_dev_jwks=jwks, log_level="WARNING")
        configure_logging(off)
        on = off.model_copy(update={"traces_endpoint": collector})
        kinds = {"off": off, "on": on, "on, of every request": on.model_copy(update={"traces_share": 1.0})}
        found: dict[str, list[float]] = {name: [] for name in kinds}
        for turn in range(ROUNDS):
            for name, settings in kinds.items():
                found[name].append(await per_request(settings, headers, requests, f"{name}-{turn}"))
    for name, figures in found.items():
        print(line(f"traces {name}, CPU", figures))
        print(f"  beside none: {statistics.median(figures) / statistics.median(found['off']):.3f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS))
