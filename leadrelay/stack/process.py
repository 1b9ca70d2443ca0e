"""Starting and ending one process of the stack."""

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

from leadrelay.stack.errors import PartFailed

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_LINE_BYTES = 1 << 20
# People wait for the apis; what runs in the background takes what they leave when the machine is full.
BACKGROUND = 10


@dataclass(frozen=True)
class Part:
    """How a process of the stack is run. `title` is for people, `name` for state.json and the log's name.

    With `on_line`, each line of its stdout is given to that instead of to the log. `niceness` above 0 lets the others
    go first when the machine is busy.
    """

    name: str
    title: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    ready: Callable[[], Awaitable[bool]] | None = None
    ready_seconds: float = 60.0
    owner: pwd.struct_passwd | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    kill_signal: signal.Signals = signal.SIGKILL
    on_line: Callable[[bytes], None] | None = None
    niceness: int = 0


async def spawn(part: Part) -> asyncio.subprocess.Process:
    """Start it in a process group of its own, its output appended to its log. Raises PartFailed."""
    who: dict[str, Any] = {}
    if part.owner is not None:
        who = {"user": part.owner.pw_uid, "group": part.owner.pw_gid, "extra_groups": []}
    try:
        with part.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *part.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if part.on_line else log,
                stderr=log,
                env=dict(part.env),
                cwd=part.cwd,
                limit=_LINE_BYTES,
                # A Ctrl-C in the terminal is for `up` alone, which then stops everything in order.
                start_new_session=True,
                preexec_fn=_in_child(part),
                **who,
            )
    except OSError as error:
        raise PartFailed(part.title, f"cannot be started: {error}", part.log) from None


def _in_child(part: Part) -> Callable[[], None]:
    """For the child's side of a fork: on Linux the child is told to stop when `up` itself is killed with -9."""
    libc, parent = _LIBC, os.getpid()

    def prepare() -> None:
        _be_nice(part.niceness)
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, part.stop_signal)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    return prepare


def _be_nice(niceness: int) -> None:
    """Each part is a session of its own, and Linux may share the processors between sessions first (autogroups)."""
    if niceness:
        os.nice(niceness)
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(niceness))


async def end(process: asyncio.subprocess.Process, part: Part, hasten: asyncio.Event) -> None:
    """Stop it and its group: politely, then, after its time or when `hasten` is set, by force."""
    if process.returncode is not None:
        return
    send(process.pid, part.stop_signal)
    waiting = asyncio.ensure_future(process.wait())
    hurry = asyncio.ensure_future(hasten.wait())
    await asyncio.wait({waiting, hurry}, timeout=part.stop_seconds, return_when=asyncio.FIRST_COMPLETED)
    hurry.cancel()
    if not waiting.done():
        send(process.pid, part.kill_signal)
        await asyncio.wait({waiting}, timeout=5)
    if not waiting.done():
        send(process.pid, signal.SIGKILL)
        await waiting


def send(pid: int, number: signal.Signals) -> None:
    """Signal a whole process group; no error when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


async def run_once(part: Part) -> None:
    """Run it to its end. Raises PartFailed when it does not end well; cancelled, it takes the process along."""
    process = await spawn(part)
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        send(process.pid, signal.SIGKILL)
        raise
    if code != 0:
        raise PartFailed(part.title, f"failed ({how_it_ended(code)})", part.log)


def how_it_ended(code: int) -> str:
    """An exit status in words."""
    if code >= 0:
        return f"exit status {code}"
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"
