"""What `leadrelay status` reports."""

from __future__ import annotations

from pydantic import BaseModel

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.stale_processes import find
from leadrelay.stack.state import State


class Status(BaseModel):
    """Addresses, process ids and versions of a stack; only ids of processes that are alive."""

    running: bool
    data: str
    pid: int | None
    started_at: str | None
    addresses: dict[str, str]
    pids: dict[str, int]
    versions: dict[str, str]


def read_status(data: DataDirectory) -> Status:
    """The status of the stack in this data directory. Raises StackError if its state cannot be read."""
    state = State.read(data.state)
    running = state.supervisor is not None and find(state.supervisor) is not None
    return Status(
        running=running,
        data=str(data.root),
        pid=state.supervisor.pid if running and state.supervisor else None,
        started_at=state.started_at if running else None,
        addresses=state.addresses if running else {},
        pids={name: known.pid for name, known in sorted(state.processes.items()) if find(known)},
        versions=state.versions,
    )


def status_text(status: Status) -> str:
    """The same for people."""
    if not status.running:
        left = "".join(f"\n  left behind: {name} ({pid})" for name, pid in status.pids.items())
        return f"leadrelay is not running on {status.data}{left}"
    lines = [f"leadrelay is running on {status.data} since {status.started_at} (process {status.pid})"]
    lines += [f"  {name:<20} {address}" for name, address in status.addresses.items()]
    lines += ["", *(f"  {name:<20} process {pid}" for name, pid in status.pids.items())]
    lines += ["", "  " + ", ".join(f"{name} {number}" for name, number in status.versions.items())]
    return "\n".join(lines)
