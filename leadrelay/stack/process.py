"""Starting and stopping one process of the stack."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadrelay.stack.errors import ProcessFailed

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
# For what makes work, and for what nobody waits for: it gets what is left when the machine is busy.
BACKGROUND = 10


@dataclass(frozen=True)
class ProcessSpec:
    """How to run a process. `title` is for people; `name` is its key in state.json and the name of its log.

    With `on_line`, each line of stdout goes there instead of into the log. A `niceness` above 0 lets the other
    processes go first.
    """

    name: str
    title: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    ready: Callable[[], Awaitable[bool]] | None = None
    ready_seconds: float = 180.0
    owner: pwd.struct_passwd | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    kill_signal: signal.Signals = signal.SIGKILL
    on_line: Callable[[bytes], None] | None = None
    niceness: int = 0


async def spawn(spec: ProcessSpec) -> asyncio.subprocess.Process:
    """Start the process in a group of its own, its output appended to its log. Raises ProcessFailed."""
    user: dict[str, Any] = {}
    if spec.owner is not None:
        user = {"user": spec.owner.pw_uid, "group": spec.owner.pw_gid, "extra_groups": []}
    try:
        with spec.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *spec.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if spec.on_line else log,
                stderr=log,
                env=dict(spec.env),
                cwd=spec.cwd,
                # Ctrl-C in the terminal reaches `up` alone, which then stops everything in order.
                start_new_session=True,
                preexec_fn=_child_setup(spec),
                **user,
            )
    except OSError as error:
        raise ProcessFailed(spec.title, f"cannot be started: {error}", spec.log) from None


def _child_setup(spec: ProcessSpec) -> Callable[[], None]:
    """Runs in the child before exec: sets its priority, and on Linux has it stopped if `up` is killed with -9."""
    parent = os.getpid()

    def set_up() -> None:
        if spec.niceness:
            os.nice(spec.niceness)
            # Each process is a session of its own, and Linux may share the CPU between sessions first (autogroup).
            with contextlib.suppress(OSError):
                Path("/proc/self/autogroup").write_text(str(spec.niceness))
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, spec.stop_signal)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    return set_up


async def stop(process: asyncio.subprocess.Process, spec: ProcessSpec, hurry: asyncio.Event) -> None:
    """Stop the process and its group: politely first, by force after `stop_seconds` or once `hurry` is set."""
    if process.returncode is not None:
        return
    send(process.pid, spec.stop_signal)
    ended = asyncio.ensure_future(process.wait())
    hurried = asyncio.ensure_future(hurry.wait())
    await asyncio.wait({ended, hurried}, timeout=spec.stop_seconds, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    if not ended.done():
        send(process.pid, spec.kill_signal)
        await asyncio.wait({ended}, timeout=5)
    if not ended.done():
        send(process.pid, signal.SIGKILL)
    await ended


def send(pid: int, number: signal.Signals) -> None:
    """Signal a whole process group; no error if it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


async def run_to_end(spec: ProcessSpec) -> None:
    """Run a step that ends by itself. Raises ProcessFailed if it fails; when cancelled, kills the process."""
    process = await spawn(spec)
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        send(process.pid, signal.SIGKILL)
        raise
    if code != 0:
        raise ProcessFailed(spec.title, f"failed ({exit_reason(code)})", spec.log)


def exit_reason(code: int) -> str:
    """An exit status in words."""
    if code >= 0:
        return f"exit status {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"
