"""Processes that an earlier `up` left behind when it was killed with -9: identified, checked and stopped."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path

import psutil

from leadrelay.stack.process import send
from leadrelay.stack.state import ProcessId, State

_POLITE_SECONDS = 8.0
_FORCE_SECONDS = 5.0
_CREATED_TOLERANCE = 0.05


def identify(pid: int) -> ProcessId | None:
    """What is needed to recognise this process later; none if it is gone."""
    with contextlib.suppress(psutil.Error):
        return ProcessId(pid=pid, created=psutil.Process(pid).create_time())
    return None


def find(known: ProcessId) -> psutil.Process | None:
    """The process, if it is still the one that was recorded and not a later one with the same id."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(known.pid)
        same = abs(process.create_time() - known.created) < _CREATED_TOLERANCE
        if same and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def stop_stale_processes(state: State, root: Path) -> list[str]:
    """Stop what is left of an earlier run, by force if need be. Returns the names."""
    found = {name: process for name, known in state.processes.items() if (process := _ours(known, root))}
    left = found
    for attempt, seconds in enumerate((_POLITE_SECONDS, _FORCE_SECONDS)):
        for name, process in left.items():
            # PostgreSQL's own signals: fast, then immediate shutdown.
            postgres, others = (signal.SIGINT, signal.SIGTERM) if attempt == 0 else (signal.SIGQUIT, signal.SIGKILL)
            send(process.pid, postgres if name == "postgres" else others)
        psutil.wait_procs(left.values(), timeout=seconds)
        left = {name: process for name, process in left.items() if process.is_running()}
    return sorted(found)


def _ours(known: ProcessId, root: Path) -> psutil.Process | None:
    """Never stop a stranger: the command line must be one that the stack uses."""
    process = find(known)
    if process is not None:
        with contextlib.suppress(psutil.Error):
            line = process.cmdline()
            if "leadrelay" in line or str(root) in " ".join(line) or Path(line[0]).name == "postgres":
                return process
    return None
