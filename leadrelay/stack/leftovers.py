"""Processes that an earlier `up` left behind when it was killed with -9: found, checked and ended."""

from __future__ import annotations

import contextlib
import signal
import time
from pathlib import Path

import psutil

from leadrelay.stack.process import send
from leadrelay.stack.state import Running, State

_POLITE_SECONDS = 8.0
_CREATED_TOLERANCE = 0.05


def describe(pid: int) -> Running | None:
    """What is needed to know this process again; none when it is gone."""
    with contextlib.suppress(psutil.Error):
        return Running(pid=pid, created=psutil.Process(pid).create_time())
    return None


def alive(known: Running) -> psutil.Process | None:
    """The process, if it is still the one that was written down and not another with its id."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(known.pid)
        same = abs(process.create_time() - known.created) < _CREATED_TOLERANCE
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def end_leftovers(state: State, root: Path) -> list[str]:
    """End what is left of an earlier run, by force if need be, and name it."""
    found = {name: process for name, known in state.processes.items() if (process := _ours(known, root))}
    for name, process in found.items():
        send(process.pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + _POLITE_SECONDS
    for process in found.values():
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
    for name, process in found.items():
        if process.is_running():
            send(process.pid, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)
            with contextlib.suppress(psutil.TimeoutExpired):
                process.wait(5)
    return sorted(found)


def _ours(known: Running, root: Path) -> psutil.Process | None:
    """Never end a stranger: its command line must be one that the stack gives."""
    process = alive(known)
    if process is None:
        return None
    with contextlib.suppress(psutil.Error):
        line = process.cmdline()
        if "leadrelay" in line or str(root) in " ".join(line) or Path(line[0]).name == "postgres":
            return process
    return None
