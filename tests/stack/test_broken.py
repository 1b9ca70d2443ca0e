"""A stack that cannot run says which part it is, where its log is, and leaves nothing behind."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.fixtures.ports import free_port_base
from tests.stack.running import data_directory, leadrelay


@pytest.fixture
def data() -> Iterator[Path]:
    with data_directory() as directory:
        yield directory


def no_cluster(data: Path) -> None:
    """A PostgreSQL directory of which only the version is left."""
    cluster = data / "postgres" / "data"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("18\n")
    cluster.chmod(0o700)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (cluster, cluster / "PG_VERSION"):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)


def no_history(data: Path) -> None:
    """A Temporal database that is none."""
    (data / "temporal.db").write_bytes(b"this is no SQLite database\n" * 1000)


def processes_of(data: Path) -> list[str]:
    return [
        " ".join(process.info["cmdline"])
        for process in psutil.process_iter(["cmdline"])
        if any(str(data) in word for word in process.info["cmdline"] or ())
    ]


def up(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return leadrelay("up", "--no-demo", "--data", data, "--port-base", str(free_port_base()), *arguments)


@pytest.mark.parametrize(
    ("damage", "title", "log", "reason"),
    [
        (no_cluster, "PostgreSQL", "postgres.log", "No such file or directory"),
        (no_history, "Temporal", "temporal.log", "file is not a database"),
    ],
    ids=["postgres", "temporal"],
)
def test_a_part_that_does_not_start_is_named_with_its_log(
    data: Path, damage: Callable[[Path], None], title: str, log: str, reason: str
) -> None:
    damage(data)
    ended = up(data)
    assert ended.returncode == 1
    first, second, *lines = ended.stderr.splitlines()
    assert re.fullmatch(rf"{title} does not start \(exit status \d\)", first)
    assert second == f"Log: {data / 'logs' / log}"
    assert any(reason in line for line in lines), lines
    assert "Traceback" not in ended.stderr
    assert "leadrelay ready" not in ended.stdout
    assert processes_of(data) == []
    assert leadrelay("status", "--data", data).returncode == 1


def test_a_state_file_that_nobody_can_read_is_named(data: Path) -> None:
    (data / "state.json").write_text("{half a")
    for ended in (up(data), leadrelay("status", "--data", data)):
        assert (ended.returncode, ended.stdout) == (1, "")
        assert f"{data / 'state.json'} cannot be read" in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("name", "content"),
    [("postgres.json", "[1, 2"), ("postgres.json", '{"postgres": "x"}'), ("dev-issuer.pem", "no key")],
)
def test_a_secret_that_is_damaged_is_named(data: Path, name: str, content: str) -> None:
    (data / "keys").mkdir()
    (data / "keys" / name).write_text(content)
    ended = up(data)
    assert ended.returncode == 1
    assert str(data / "keys") in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert processes_of(data) == []


def test_a_data_directory_that_is_a_file_is_refused(data: Path) -> None:
    (data / "file").write_text("")
    ended = up(data / "file")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"The data directory {data / 'file'} cannot be used: ")
    assert len(ended.stderr.splitlines()) == 1
