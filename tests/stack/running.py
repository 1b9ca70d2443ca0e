"""`leadrelay up` as a child process: its output, its status, its end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil

from tests.fixtures.scratch import scratch_directory

ROOT = Path(__file__).parents[2]
# For a machine that has other things to do; nobody waits longer than it takes.
PATIENCE_SECONDS = 240.0
_LOOK_EVERY = 0.1
Found = TypeVar("Found")
# The code of this working copy, wherever the environment's own installation points.
ENV = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
LEADRELAY = (sys.executable, "-m", "leadrelay")


@contextmanager
def data_directory() -> Iterator[Path]:
    """Not pytest's tmp_path: as root, PostgreSQL runs as another user, who must get in."""
    directory = scratch_directory("lr-stack")
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def leadrelay(*arguments: str | Path, seconds: float = PATIENCE_SECONDS) -> subprocess.CompletedProcess[str]:
    """One command, run to its end."""
    return subprocess.run([*LEADRELAY, *arguments], capture_output=True, encoding="utf-8", env=ENV, timeout=seconds)


def until(what: Callable[[], Found], seconds: float = PATIENCE_SECONDS) -> Found:
    """Ask until the answer is true; the test fails when it never is."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(_LOOK_EVERY)
    return found


class Up:
    """One data directory and the `leadrelay up` that runs on it now."""

    def __init__(self, data: Path, port_base: int, *, demo: bool = False) -> None:
        self.demo = demo
        self.data = data
        self.port_base = port_base
        self.log = data / "up.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "not started"
        return self._process

    def start(self) -> None:
        """Start it; returns when it says that it is ready."""
        arguments = [
            "up",
            "--demo" if self.demo else "--no-demo",
            "--data",
            str(self.data),
            "--port-base",
            str(self.port_base),
        ]
        with self.log.open("wb") as out:
            self._process = subprocess.Popen([*LEADRELAY, *arguments], stdout=out, stderr=out, env=ENV)
        until(self._is_ready)

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "leadrelay ready\n" in self.said()

    def said(self) -> str:
        """Everything it has printed."""
        return self.log.read_text(encoding="utf-8")

    def status(self) -> dict[str, Any]:
        """What `leadrelay status --json` tells; it must be well."""
        told = leadrelay("status", "--json", "--data", self.data)
        assert told.returncode == 0, told.stdout + told.stderr
        found: dict[str, Any] = json.loads(told.stdout)
        return found

    def everything(self) -> list[psutil.Process]:
        """Itself and every process below it."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send it this signal and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def clean_up(self) -> None:
        """For the end of a test, however it ended."""
        if self._process is None:
            return
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
