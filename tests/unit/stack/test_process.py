"""One process: its output goes to its log, its end is polite first and certain in the end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from leadrelay.stack.errors import ProcessFailed
from leadrelay.stack.process import ProcessSpec, exit_reason, run_to_end, spawn, stop
from tests.unit.stack.children import shell, until

POLITE = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"
STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.05; done"


async def started(part: ProcessSpec) -> asyncio.subprocess.Process:
    process = await spawn(part)
    await until(lambda: b"up" in part.log.read_bytes())
    return process


def gone(pid: int) -> bool:
    """No more than an entry that nobody has read yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_it_is_asked_to_end_and_its_output_is_kept(tmp_path: Path) -> None:
    part = shell(tmp_path, POLITE)
    part.log.write_text("earlier\n")
    process = await started(part)
    await stop(process, part, asyncio.Event())
    assert process.returncode == 0
    lines = part.log.read_text().splitlines()
    assert (lines[:2], lines[-1]) == (["earlier", "up"], "bye")


async def test_it_is_ended_by_force_after_its_time(tmp_path: Path) -> None:
    part = shell(tmp_path, STUBBORN, stop_seconds=0.1)
    process = await started(part)
    await stop(process, part, asyncio.Event())
    assert process.returncode == -signal.SIGKILL


async def test_a_second_ctrl_c_makes_it_quick(tmp_path: Path) -> None:
    part, hasten = shell(tmp_path, STUBBORN, stop_seconds=600.0), asyncio.Event()
    process = await started(part)
    ending = asyncio.create_task(stop(process, part, hasten))
    hasten.set()
    await asyncio.wait_for(ending, 60)
    assert process.returncode == -signal.SIGKILL


async def test_its_children_end_with_it(tmp_path: Path) -> None:
    part = shell(tmp_path, "sleep 600 & echo $!; echo up; wait")
    process = await started(part)
    child = int(part.log.read_text().split()[0])
    await stop(process, part, asyncio.Event())
    await until(lambda: gone(child))


async def test_ending_what_has_ended_is_no_error(tmp_path: Path) -> None:
    part = shell(tmp_path, "exit 4")
    process = await spawn(part)
    assert await process.wait() == 4
    await stop(process, part, asyncio.Event())


async def test_a_ctrl_c_in_the_terminal_is_not_for_the_parts(tmp_path: Path) -> None:
    part = shell(tmp_path, "echo up; exec sleep 600")
    process = await started(part)
    assert os.getpgid(process.pid) == process.pid != os.getpgid(0)
    await stop(process, part, asyncio.Event())


async def test_what_runs_in_the_background_goes_last(tmp_path: Path) -> None:
    part = shell(tmp_path, "echo up; exec sleep 600", niceness=10)
    process = await started(part)
    assert psutil.Process(process.pid).nice() == min(19, psutil.Process().nice() + 10)
    await stop(process, part, asyncio.Event())


async def test_a_step_that_fails_is_named(tmp_path: Path) -> None:
    await run_to_end(shell(tmp_path, "exit 0"))
    with pytest.raises(ProcessFailed, match=r"The child failed \(exit status 5\)\nLog: .*child\.log\n    why"):
        await run_to_end(shell(tmp_path, "echo why; exit 5"))


async def test_a_step_that_is_cancelled_takes_its_process_along(tmp_path: Path) -> None:
    part = shell(tmp_path, "echo $$ up; exec sleep 600")
    step = asyncio.create_task(run_to_end(part))
    await until(lambda: part.log.exists() and b"up" in part.log.read_bytes())
    pid = int(part.log.read_text().split()[0])
    step.cancel()
    await asyncio.gather(step, return_exceptions=True)
    await until(lambda: gone(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent is gone")
def test_a_child_of_a_killed_up_is_asked_to_end(tmp_path: Path) -> None:
    script = f"""
import asyncio, os, signal
from pathlib import Path
from tests.unit.stack.children import shell
from leadrelay.stack.process import spawn
async def main():
    process = await spawn(shell(Path({str(tmp_path)!r}), {POLITE!r}))
    while b"up" not in Path({str(tmp_path / "child.log")!r}).read_bytes():
        await asyncio.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while "bye" not in (tmp_path / "child.log").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "exit status 0"), (3, "exit status 3"), (-9, "killed by SIGKILL"), (-99, "killed by signal 99")],
)
def test_an_exit_status_in_words(code: int, words: str) -> None:
    assert exit_reason(code) == words
