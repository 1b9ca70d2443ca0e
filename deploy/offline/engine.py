"""The tests' PostgreSQL in a container, by podman's socket: the way they take where an engine answers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from pathlib import Path

import asyncpg

from deploy.offline.images import PREFIX
from deploy.offline.podman import CONFIGURATION, podman
from tests.fixtures.postgres_server import IMAGE, postgres_server


def try_engine(folder: Path) -> str:
    """What the server that the tests would take says of itself. Raises AssertionError if it is not in a container."""
    podman("tag", f"{PREFIX}/postgres", f"docker.io/library/{IMAGE}")
    socket = folder / "podman.sock"
    environment = {**os.environ, "CONTAINERS_CONF": str(CONFIGURATION)}
    service = subprocess.Popen(["podman", "system", "service", "--time=0", f"unix://{socket}"], env=environment)
    os.environ |= {"DOCKER_HOST": f"unix://{socket}", "TESTCONTAINERS_RYUK_DISABLED": "true"}
    os.environ["TESTCONTAINERS_CONNECTION_MODE"] = "docker_host"
    try:
        for _ in range(100):
            if socket.exists():
                break
            time.sleep(0.1)
        with postgres_server() as dsn:
            return asyncio.run(_version(dsn))
    finally:
        service.terminate()
        service.wait(20)


async def _version(dsn: str) -> str:
    conn = await asyncpg.connect(dsn)
    try:
        assert await conn.fetchval("select inet_server_addr() is not null"), "a socket: the embedded server was taken"
        return str(await conn.fetchval("show server_version"))
    finally:
        await conn.close()
