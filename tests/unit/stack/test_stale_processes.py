"""What a killed `up` left behind is ended; a stranger that has its process id now is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from leadrelay.stack import stale_processes
from leadrelay.stack.stale_processes import find, identify, stop_stale_processes
from leadrelay.stack.state import ProcessId, State

# A job in the background is started deaf to Ctrl-C, and a shell cannot trap what it was told to ignore.
LISTENING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv("/bin/sh", ["/bin/sh", "-c", sys.argv[1]])
"""
Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a script in a process group of its own, as the stack does; it has begun when this returns."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(script: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", LISTENING, script]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def known(process: subprocess.Popen[bytes]) -> ProcessId:
    found = identify(process.pid)
    assert found is not None
    return found


def ours(root: Path) -> str:
    """A script whose command line names the data directory."""
    return f": {root}; echo up; sleep 600"


def noting(root: Path, asked: str, name: str) -> str:
    """A script of ours that notes how it was asked to end, and goes."""
    return f"trap 'echo {asked} > {root}/{name}; exit' {asked}; echo up; while :; do sleep 0.05; done"


def test_nothing_is_left_of_a_clean_end(tmp_path: Path) -> None:
    assert stop_stale_processes(State(), tmp_path) == []


def test_a_process_that_is_gone_is_not_alive(start: Start) -> None:
    process = start("echo up; exec sleep 600")
    found = known(process)
    assert find(found) is not None
    process.kill()
    process.wait()
    assert find(found) is None
    assert identify(process.pid) is None


def test_a_process_that_nobody_has_waited_for_is_not_alive(start: Start) -> None:
    process = start("echo up; read line < /dev/null; exit 0")
    found = known(process)
    assert os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT) is not None
    assert find(found) is None


def test_what_is_left_is_ended_and_named(start: Start, tmp_path: Path) -> None:
    one, other = start(noting(tmp_path, "TERM", "one")), start(noting(tmp_path, "TERM", "other"))
    state = State(processes={"temporal": known(one), "lead_gen_api": known(other)})
    assert stop_stale_processes(state, tmp_path) == ["lead_gen_api", "temporal"]
    assert [(tmp_path / name).read_text() for name in ("one", "other")] == ["TERM\n", "TERM\n"]
    assert not psutil.pid_exists(one.pid)
    assert not psutil.pid_exists(other.pid)


def test_postgres_is_asked_for_a_fast_shutdown(start: Start, tmp_path: Path) -> None:
    process = start(noting(tmp_path, "INT", "postgres"))
    assert stop_stale_processes(State(processes={"postgres": known(process)}), tmp_path) == ["postgres"]
    assert (tmp_path / "postgres").read_text() == "INT\n"


def test_what_does_not_listen_is_ended_by_force(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stale_processes, "_POLITE_SECONDS", 0.1)
    process = start(f": {tmp_path}; trap '' TERM; echo up; while :; do sleep 0.05; done")
    assert stop_stale_processes(State(processes={"temporal": known(process)}), tmp_path) == ["temporal"]
    assert not psutil.pid_exists(process.pid)


def test_a_stranger_with_that_id_is_left_alone(start: Start, tmp_path: Path) -> None:
    process = start("echo up; exec sleep 600")
    assert stop_stale_processes(State(processes={"temporal": known(process)}), tmp_path) == []
    assert process.poll() is None


def test_a_later_process_with_that_id_is_left_alone(start: Start, tmp_path: Path) -> None:
    process = start(ours(tmp_path))
    earlier = ProcessId(pid=process.pid, created=known(process).created - 10)
    assert stop_stale_processes(State(processes={"temporal": earlier}), tmp_path) == []
    assert process.poll() is None
