"""state.json and `leadrelay status`: whole or old, never half; only processes that are there now."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import StackError
from leadrelay.stack.stale_processes import identify
from leadrelay.stack.state import ProcessId, State
from leadrelay.stack.status import read_status, status_text

ADDRESSES = {"lead_gen": "http://127.0.0.1:8081", "temporal": "127.0.0.1:7233"}


def here() -> ProcessId:
    found = identify(os.getpid())
    assert found is not None
    return found


def gone() -> ProcessId:
    """A process that has ended."""
    with subprocess.Popen(["sleep", "60"]) as process:
        known = identify(process.pid)
        process.kill()
    assert known is not None
    return known


def state(supervisor: ProcessId | None, **processes: ProcessId) -> State:
    return State(
        supervisor=supervisor,
        addresses=ADDRESSES,
        processes=processes,
        versions={"leadrelay": "0.1.0"},
        started_at="2026-03-02T09:00:00+00:00",
    )


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path)


def test_no_file_is_an_empty_state(data: DataDirectory) -> None:
    assert State.read(data.state) == State()


def test_what_was_written_is_read(data: DataDirectory) -> None:
    written = state(here(), postgres=here())
    written.write(data.state)
    assert State.read(data.state) == written
    assert list(data.root.iterdir()) == [data.state]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"processes": {"x": 1}}', b"\xff\xfe"])
def test_a_file_that_nobody_can_read_is_named_and_kept(data: DataDirectory, content: bytes) -> None:
    data.state.write_bytes(content)
    for read in (lambda: State.read(data.state), lambda: read_status(data)):
        with pytest.raises(StackError, match=f"{data.state} cannot be read"):
            read()
    assert data.state.read_bytes() == content


def test_a_state_of_a_later_version_is_read(data: DataDirectory) -> None:
    data.state.write_text('{"addresses": {"ops": "x"}, "something_new": 1}')
    assert State.read(data.state).addresses == {"ops": "x"}


def test_status_of_a_running_stack(data: DataDirectory) -> None:
    state(here(), postgres=here(), temporal=gone()).write(data.state)
    status = read_status(data)
    assert (status.running, status.pid, status.addresses) == (True, os.getpid(), ADDRESSES)
    assert status.pids == {"postgres": os.getpid()}
    lines = status_text(status).splitlines()
    assert lines[0].startswith(f"leadrelay is running on {data.root} since 2026-03-02T09:00:00+00:00")
    assert "  lead_gen             http://127.0.0.1:8081" in lines
    assert lines[-1] == "  leadrelay 0.1.0"


def test_status_after_a_stack_was_killed_names_what_is_left(data: DataDirectory) -> None:
    state(gone(), postgres=here(), temporal=gone()).write(data.state)
    status = read_status(data)
    assert (status.running, status.pid, status.started_at, status.addresses) == (False, None, None, {})
    said = f"leadrelay is not running on {data.root}\n  left behind: postgres ({os.getpid()})"
    assert status_text(status) == said


def test_another_process_with_the_same_id_is_not_the_stack(data: DataDirectory) -> None:
    other = ProcessId(pid=os.getpid(), created=here().created - 60)
    state(other, postgres=other).write(data.state)
    status = read_status(data)
    assert (status.running, status.pids) == (False, {})
