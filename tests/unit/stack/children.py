"""Small processes to keep, and somebody who notes what is said about them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leadrelay.stack.process import ProcessSpec


@dataclass
class Notes:
    """A listener."""

    pids: list[int] = field(default_factory=list)
    ends: int = 0
    told: list[str] = field(default_factory=list)

    def pid_changed(self, _: ProcessSpec, pid: int | None) -> None:
        if pid is None:
            self.ends += 1
        else:
            self.pids.append(pid)

    def tell(self, text: str) -> None:
        self.told.append(text)


def shell(directory: Path, script: str, **changes: Any) -> ProcessSpec:
    """A process that runs this script."""
    values: dict[str, Any] = {
        "name": "child",
        "title": "The child",
        "command": ["/bin/sh", "-c", script],
        "env": {"PATH": os.environ["PATH"]},
        "cwd": directory,
        "log": directory / "child.log",
    }
    return ProcessSpec(**values | changes)


async def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
