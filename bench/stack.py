"""A stack for one measurement: started in a temporary directory, driven by REST, stopped at the end."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.postgres import SUPERUSER, Postgres
from services.chassis.dev_issuer import DevIssuer

LEADRELAY = Path(sys.executable).with_name("leadrelay")

_OPEN_CALLS = "SELECT count(*) FROM work_items WHERE kind = 'call' AND state = 'open'"


@dataclass
class Running:
    """The running stack."""

    data: Path
    addresses: Mapping[str, str]
    issuer: DevIssuer
    transport: httpx.AsyncHTTPTransport
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(200))

    def client(self, tier: str, role: str, person: str) -> httpx.AsyncClient:
        """A client with this person's token, on shared connections."""
        token = self.issuer.mint(tier=tier, role=role, person=person)
        return httpx.AsyncClient(
            base_url=self.addresses[tier],
            headers={"Authorization": f"Bearer {token}"},
            transport=self.transport,
            timeout=60,
        )

    async def set_policies(self, policies: Mapping[str, dict[str, Any]]) -> None:
        """Put these rules in force, each on top of the tier's standard ones."""
        for tier, body in policies.items():
            supervisor = self.client(tier, "supervisor", "iryna")
            (await supervisor.post("/v1/policies", json={"body": body})).raise_for_status()

    async def checkpoint(self) -> None:
        """Have PostgreSQL write to its files what it only holds in memory and in its log."""
        conn = await asyncpg.connect(self.dsn(SUPERUSER))
        await conn.execute("CHECKPOINT")
        await conn.close()

    def dsn(self, tier: str) -> str:
        """The DSN of a tier's database, as its role, or as `SUPERUSER`."""
        port = int(self.addresses["postgres"].rpartition(":")[2])
        return Postgres(DataDirectory(self.data), port).dsn(tier)

    def process(self, kind: str, tier: str) -> psutil.Process:
        """The stack's own process of a kind (`api`, `worker`) for this tier."""
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            if command[-2:] == [kind, tier] and str(self.data) in str(process.environ().values()):
                return process
        raise SystemExit(f"the {kind} of {tier} is not running")

    def postgres(self) -> list[psutil.Process]:
        """The processes of the stack's PostgreSQL."""
        first = int((self.data / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        return [psutil.Process(first), *psutil.Process(first).children()]

    async def leads(self, count: int, first: int = 0) -> None:
        """Import `count` leads numbered from `first`, start a campaign, and wait until all their calls are open."""
        conn = await asyncpg.connect(self.dsn("lead_gen"))
        before = await conn.fetchval(_OPEN_CALLS)
        supervisor = self.client("lead_gen", "supervisor", "iryna")
        rows = "".join(f"Company {n},+38044{2000000 + n:07d}\n" for n in range(first, first + count))
        files = {"file": ("leads.csv", f"Company name,Phone Number\n{rows}".encode())}
        (await supervisor.post("/v1/imports", files=files, data={"default_region": "UA"})).raise_for_status()
        campaign = (await supervisor.post("/v1/campaigns", json={"name": f"bench {first}"})).raise_for_status().json()
        (await supervisor.post(f"/v1/campaigns/{campaign['id']}/start")).raise_for_status()
        while await conn.fetchval(_OPEN_CALLS) < before + count:
            await asyncio.sleep(0.5)
        await conn.close()


@asynccontextmanager
async def running_stack(
    policies: Mapping[str, dict[str, Any]], settings: Mapping[str, str] | None = None
) -> AsyncIterator[Running]:
    """`leadrelay up --no-demo` in a directory of its own, with these policies on top of the standard ones."""
    with data_directory() as data:
        async with running_on(data, settings) as stack:
            await stack.set_policies(policies)
            yield stack


@contextmanager
def data_directory() -> Iterator[Path]:
    """A directory for a stack, into which PostgreSQL's own user gets too."""
    data = Path(tempfile.mkdtemp(prefix="lr-bench-"))
    data.chmod(0o755)
    try:
        yield data
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _port_base() -> int:
    """Another one each time: two stacks that start at the same moment could choose the same ports."""
    return 20_000 + 100 * secrets.randbelow(100)


@asynccontextmanager
async def running_on(data: Path, settings: Mapping[str, str] | None = None) -> AsyncIterator[Running]:
    """`leadrelay up --no-demo` on this directory, with these settings in its environment; stopped at the end."""
    command = [LEADRELAY, "up", "--no-demo", "--data", data, "--port-base", str(_port_base())]
    with (data / "up.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(settings or {})})
    try:
        while "leadrelay ready" not in (data / "up.log").read_text():
            if process.poll() is not None:
                raise SystemExit((data / "up.log").read_text())
            await asyncio.sleep(0.2)
        status = subprocess.run(
            [LEADRELAY, "status", "--json", "--data", data], capture_output=True, check=True, text=True
        )
        addresses = json.loads(status.stdout)["addresses"]
        yield Running(data, addresses, DevIssuer.open(data / "keys"), httpx.AsyncHTTPTransport())
    finally:
        process.terminate()
        process.wait(60)
