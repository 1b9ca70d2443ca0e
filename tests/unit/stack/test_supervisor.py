"""A part that ends is started again, later and later; one that never starts is given up with its log."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from leadrelay.stack import supervisor
from leadrelay.stack.errors import ProcessFailed
from leadrelay.stack.process import ProcessSpec
from leadrelay.stack.supervisor import Supervisor
from tests.unit.stack.children import Notes, shell, until

FOREVER = "exec sleep 600"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(supervisor, "_LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(supervisor, "_POLL_SECONDS", 0.01)


def ready_when(path: Path) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        return path.exists()

    return ready


@asynccontextmanager
async def kept(part: ProcessSpec) -> AsyncIterator[tuple[Supervisor, Notes]]:
    notes = Notes()
    keeping = Supervisor(part, notes, asyncio.Event())
    try:
        yield keeping, notes
    finally:
        async with asyncio.timeout(60):
            await keeping.stop()


async def test_ready_is_waited_for(tmp_path: Path) -> None:
    part = shell(tmp_path, f"touch up; {FOREVER}", ready=ready_when(tmp_path / "up"))
    async with kept(part) as (keeping, notes):
        await keeping.wait_ready()
        assert (tmp_path / "up").exists()
        assert (len(notes.pids), notes.told) == (1, [])
    assert notes.ends == 1


async def test_a_killed_part_is_started_again_and_people_are_told(tmp_path: Path) -> None:
    async with kept(shell(tmp_path, FOREVER)) as (_, notes):
        await until(lambda: len(notes.pids) == 1)
        os.kill(notes.pids[0], signal.SIGKILL)
        await until(lambda: len(notes.pids) == 2)
        assert notes.told == [
            f"The child ended (killed by SIGKILL); restarting in 0.01 s. Log: {tmp_path / 'child.log'}"
        ]


async def test_the_pauses_double_up_to_the_longest(tmp_path: Path) -> None:
    async with kept(shell(tmp_path, "exit 3")) as (_, notes):
        await until(lambda: len(notes.told) >= 5)
    found = [re.search(r"\(exit status 3\); restarting in (\S+) s", text) for text in notes.told[:5]]
    assert [match and match[1] for match in found] == ["0.01", "0.02", "0.04", "0.05", "0.05"]


async def test_after_a_steady_run_the_pause_is_short_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_STEADY_SECONDS", 0.0)
    async with kept(shell(tmp_path, "exit 3")) as (_, notes):
        await until(lambda: len(notes.told) >= 4)
    assert all("restarting in 0.01 s" in text or "restarting in 0.02 s" in text for text in notes.told)


async def test_a_part_that_is_never_ready_is_given_up_with_its_log(tmp_path: Path) -> None:
    part = shell(tmp_path, "echo no luck; exit 7", ready=ready_when(tmp_path / "never"))
    async with kept(part) as (keeping, notes):
        with pytest.raises(ProcessFailed) as caught:
            await keeping.wait_ready()
    said = str(caught.value).splitlines()
    assert said[:2] == ["The child does not start (exit status 7)", f"Log: {tmp_path / 'child.log'}"]
    assert said[2:] == ["    no luck"] * 3
    assert len(notes.pids) == 3


async def test_a_part_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    part = shell(tmp_path, FOREVER, ready=ready_when(tmp_path / "never"), ready_seconds=0.05)
    async with kept(part) as (keeping, _):
        with pytest.raises(ProcessFailed, match=r"The child is not ready after 0\.05 s"):
            await keeping.wait_ready()


async def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    part = shell(tmp_path, "", command=[tmp_path / "nothing"], ready=ready_when(tmp_path / "never"))
    async with kept(part) as (keeping, _):
        with pytest.raises(ProcessFailed, match=r"The child cannot be started: .*nothing"):
            await keeping.wait_ready()


async def test_once_it_was_ready_it_is_never_given_up(tmp_path: Path) -> None:
    part = shell(tmp_path, "touch up; exit 1", ready=ready_when(tmp_path / "up"))
    async with kept(part) as (keeping, notes):
        await keeping.wait_ready()
        await until(lambda: len(notes.pids) >= 5)


async def test_a_part_that_nobody_asks_is_never_given_up(tmp_path: Path) -> None:
    async with kept(shell(tmp_path, "exit 1")) as (_, notes):
        await until(lambda: len(notes.pids) >= 5)


async def test_a_command_that_is_gone_for_a_while_is_tried_again(tmp_path: Path) -> None:
    command = tmp_path / "command"
    command.write_text(f"#!/bin/sh\n{FOREVER}\n")
    command.chmod(0o755)
    async with kept(shell(tmp_path, "", command=[command])) as (_, notes):
        await until(lambda: len(notes.pids) == 1)
        command.rename(tmp_path / "away")
        os.kill(notes.pids[0], signal.SIGKILL)
        await until(lambda: any("cannot be started" in text for text in notes.told))
        (tmp_path / "away").rename(command)
        await until(lambda: len(notes.pids) == 2)


async def test_lines_of_its_output_are_handed_over(tmp_path: Path) -> None:
    lines: list[bytes] = []
    part = shell(tmp_path, f"echo one; echo two; echo oops >&2; {FOREVER}", on_line=lines.append)
    async with kept(part):
        await until(lambda: len(lines) == 2)
    assert lines == [b"one\n", b"two\n"]
    assert (tmp_path / "child.log").read_text() == "oops\n"


async def test_a_stop_during_the_pause_does_not_wait_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_FIRST_PAUSE", 600.0)
    async with kept(shell(tmp_path, "exit 1")) as (_, notes):
        await until(lambda: len(notes.told) == 1)


@pytest.mark.parametrize("steps", range(4))
async def test_a_stop_during_the_start_leaves_nothing_behind(tmp_path: Path, steps: int) -> None:
    async with kept(shell(tmp_path, FOREVER)) as (_, notes):
        for _step in range(steps):
            await asyncio.sleep(0)
    assert not [pid for pid in notes.pids if psutil.pid_exists(pid)]
    assert notes.told == []
