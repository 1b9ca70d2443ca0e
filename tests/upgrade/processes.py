"""Processes of Leadrelay from any working copy: the code of a release, or the code at hand."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from services.chassis.settings import DEV_CODEC_KEYS, PREFIX
from tests.fixtures.ports import free_port
from tests.stack.running import PATIENCE_SECONDS
from workflows.contracts.base import Tier

LOOK_EVERY = 0.1
PYTHON = f"{PREFIX}RELEASE_PYTHON"
PINS = Path("requirements") / "runtime.txt"


@dataclass(frozen=True)
class Ground:
    """What the processes of every version share: databases, Temporal, keys, and a folder for logs."""

    dsns: Mapping[str, str]
    temporal: str
    folder: Path

    def environment(self, tree: Path, tier: str, port: int) -> dict[str, str]:
        """The environment of one process of the code in `tree`."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith((PREFIX, "TEMPORAL_"))}
        settings = {
            "PROFILE": "development", "HOST": "127.0.0.1", "PORT": str(port), "HEALTH_PORT": str(port),
            "AUTH_DEV_JWKS": str(self.folder / "jwks.json"), "CODEC_KEYS": DEV_CODEC_KEYS,
            "DATABASE_DSN": self.dsns.get(tier, ""),
            "DATABASE_DSNS": "" if tier else ",".join(f"{name}={dsn}" for name, dsn in self.dsns.items()),
        }  # fmt: skip
        config = str(self.folder / "temporal.toml")
        named = {f"{PREFIX}{key}": value for key, value in settings.items()}
        return {
            **kept, **named, "PYTHONPATH": str(tree), "PYTHONUNBUFFERED": "1",
            "TEMPORAL_ADDRESS": self.temporal, "TEMPORAL_CONFIG_FILE": config,
        }  # fmt: skip


@dataclass
class Version:
    """The code in one folder, and what runs of it."""

    name: str
    tree: Path
    ground: Ground
    python: str = sys.executable
    running: dict[str, tuple[subprocess.Popen[bytes], int]] = field(default_factory=dict)

    async def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command, to its end."""
        command = [self.python, "-m", "leadrelay", *arguments]
        environment = self.ground.environment(self.tree, "", 0)
        return await asyncio.to_thread(
            subprocess.run, command, cwd=self.tree, env=environment, capture_output=True, encoding="utf-8",
            timeout=PATIENCE_SECONDS,
        )  # fmt: skip

    async def start(self, kind: str) -> dict[str, str]:
        """The api or the worker of every tier; their addresses, once all are ready."""
        for tier in Tier:
            port = free_port()
            with (self.ground.folder / f"{self.name}-{tier}-{kind}.log").open("wb") as log:
                process = subprocess.Popen(
                    [self.python, "-m", "leadrelay", kind, tier], cwd=self.tree, stdout=log, stderr=log,
                    env=self.ground.environment(self.tree, tier, port),
                )  # fmt: skip
            self.running[f"{tier}-{kind}"] = process, port
        await asyncio.gather(*(self._ready(f"{tier}-{kind}") for tier in Tier))
        return {tier: f"http://127.0.0.1:{self.running[f'{tier}-{kind}'][1]}" for tier in Tier}

    async def _ready(self, name: str) -> None:
        process, port = self.running[name]
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            while True:
                assert process.poll() is None, f"{name} of {self.name} does not start.{self._why(name)}"
                assert time.monotonic() < deadline, f"{name} of {self.name} is not ready.{self._why(name)}"
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(LOOK_EVERY)

    def _why(self, name: str) -> str:
        """The end of its log, and whether it was written for other packages than are installed."""
        log = (self.ground.folder / f"{self.name}-{name}.log").read_text(errors="replace")[-3000:]
        theirs, ours = pins(self.tree), pins(Path(__file__).parents[2])
        other = sorted(f"{package} {theirs[package]}" for package in theirs if ours.get(package) != theirs[package])
        hint = (
            f"\nIt was released with {', '.join(other)}. If that is why, install its {PINS} into an environment of its "
            f"own and name its Python in {PYTHON}."
        )
        return f"{hint if other else ''}\n{log}"

    async def stop(self, kind: str) -> dict[str, int]:
        """Stop one kind politely; the exit status of each."""
        chosen = [name for name in self.running if name.endswith(f"-{kind}")]
        for name in chosen:
            self.running[name][0].terminate()
        return {name: await asyncio.to_thread(self.running.pop(name)[0].wait, PATIENCE_SECONDS) for name in chosen}

    def kill(self) -> None:
        """For the end of a test, however it ended."""
        for process, _ in self.running.values():
            process.kill()
            process.wait()


def pins(tree: Path) -> dict[str, str]:
    """What the code in this folder was released with: versions by package."""
    lines = (tree / PINS).read_text(encoding="utf-8").splitlines()
    found = (line.split(" ")[0].rstrip("\\").strip().partition("==") for line in lines if "==" in line[:80])
    return {name: version for name, _, version in found if not name.startswith(("#", " "))}
