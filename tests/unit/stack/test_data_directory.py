"""The data directory: made for its owner, held by one, and its secrets are the same the next time."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from leadrelay.stack import data_directory
from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import ProcessFailed, StackError, last_lines
from services.chassis.settings import parse_key_ring

ROLES = ("postgres", "lead_gen")


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    made = DataDirectory(tmp_path / "deep" / "house")
    with made.held():
        return made


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_path_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert DataDirectory(Path("house")).root == tmp_path / "house"
    assert DataDirectory(Path("~/house")).root == Path("/home/somebody/house")


def test_keys_and_logs_are_for_the_owner_only(data: DataDirectory) -> None:
    assert (mode(data.keys), mode(data.logs)) == (0o700, 0o700)
    with data.held():  # the next start
        assert mode(data.root) == 0o700


def test_a_log_that_has_grown_large_is_put_aside(data: DataDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_directory, "_LOG_BYTES", 10)
    (data.logs / "temporal.log").write_text("x" * 11)
    (data.logs / "postgres.log").write_text("x" * 10)
    with data.held():
        pass
    assert not (data.logs / "temporal.log").exists()
    assert (data.logs / "temporal.log").with_suffix(".log.1").stat().st_size == 11
    assert (data.logs / "postgres.log").exists()


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refusal = f"The data directory {tmp_path}/file/house cannot be used"
    with pytest.raises(StackError, match=refusal), DataDirectory(tmp_path / "file" / "house").held():
        pass


def test_one_up_at_a_time(data: DataDirectory) -> None:
    refusal = rf"already running on {data.root} \(process {os.getpid()}\)"
    with data.held(), pytest.raises(StackError, match=refusal), data.held():
        pass
    with data.held():
        assert (data.root / "lock").read_text() == f"{os.getpid()}\n"


def test_what_a_killed_up_left_in_the_lock_is_in_nobodys_way(data: DataDirectory) -> None:
    (data.root / "lock").write_text("99999999\n")
    with data.held():
        assert (data.root / "lock").read_text() == f"{os.getpid()}\n"


def test_a_lock_that_cannot_be_opened_is_named(data: DataDirectory) -> None:
    (data.root / "lock").unlink()
    (data.root / "lock").mkdir()
    with pytest.raises(StackError, match=f"The data directory {data.root} cannot be used"), data.held():
        pass


def test_the_codec_key_is_made_once_and_for_the_owner_only(data: DataDirectory) -> None:
    made = data.codec_keys()
    assert [key_id for key_id, _ in parse_key_ring(made)] == ["k1"]
    assert data.codec_keys() == made
    assert mode(data.keys / "codec.key") == 0o600
    assert DataDirectory(data.root.parent / "house").codec_keys() == made


def test_half_a_secret_of_a_killed_run_is_not_taken(data: DataDirectory) -> None:
    (data.keys / "codec.key.new").write_text("k1:aGFs")
    assert parse_key_ring(data.codec_keys())
    assert not (data.keys / "codec.key.new").exists()


def test_every_role_has_a_password_of_its_own_that_stays(data: DataDirectory) -> None:
    made = data.passwords(ROLES)
    assert set(made) == set(ROLES) and len(set(made.values())) == len(ROLES)
    assert all(len(password) >= 32 and "'" not in password for password in made.values())
    assert data.passwords(ROLES) == made
    assert mode(data.keys / "postgres.json") == 0o600


@pytest.mark.parametrize("content", ["", "[1, 2", "[]", "null", json.dumps({"postgres": "x"}), "\udce9"])
def test_passwords_that_cannot_be_read_are_named_and_kept(data: DataDirectory, content: str) -> None:
    path = data.keys / "postgres.json"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(StackError, match=str(path)):
        data.passwords(ROLES)
    assert path.exists()


def test_the_issuer_is_the_same_the_next_time(data: DataDirectory) -> None:
    assert not data.has_issuer()
    assert data.issuer().kid == data.issuer().kid
    assert data.has_issuer()


def test_a_failure_ends_with_the_last_lines_of_the_log(data: DataDirectory) -> None:
    log = data.logs / "temporal.log"
    assert last_lines(log) == ""
    log.write_bytes(b"".join(b"line %d \xff\n" % number for number in range(40)))
    said = str(ProcessFailed("Temporal", "does not start", log)).splitlines()
    assert said[:2] == ["Temporal does not start", f"Log: {log}"]
    assert len(said) == 2 + 15
    assert said[-1] == "    line 39 \ufffd"


def test_what_an_earlier_version_left_open_to_others_is_closed(data: DataDirectory) -> None:
    for path in (data.state, data.temporal, data.logs / "temporal.log", data.mails / "one.eml"):
        path.write_text("")
        path.chmod(0o644)
    data.root.chmod(0o755)
    with data.held():
        written = data.root / "written"
        written.write_text("")
    assert mode(data.root) == 0o700
    assert {mode(path) for path in (data.state, data.temporal, data.logs / "temporal.log", written)} == {0o600}
    assert mode(data.mails / "one.eml") == 0o600
