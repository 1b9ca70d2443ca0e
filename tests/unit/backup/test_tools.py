"""Which of PostgreSQL's programs are taken, and what stands on their command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadrelay.backup import tools
from leadrelay.backup.manifest import read_manifest
from leadrelay.backup.tools import Address, BackupError, Tools, address_of, find_tools


@pytest.mark.parametrize(
    ("dsn", "address"),
    [
        ("postgresql://lead_gen:s3cret@db:5432/lead_gen", Address("postgresql://lead_gen@db:5432/lead_gen", "s3cret")),
        ("postgresql://a:p%40ss@db/x?sslmode=verify-full&sslrootcert=/c/ca.crt",
         Address("postgresql://a@db/x?sslmode=verify-full&sslrootcert=/c/ca.crt", "p@ss")),
        ("postgresql://a@db/x?password=s3cret&sslmode=require",
         Address("postgresql://a@db/x?sslmode=require", "s3cret")),
        ("postgresql://a@/x?host=/run/pg", Address("postgresql://a@/x?host=/run/pg", None)),
        ("postgresql:///x?host=/run/pg&user=a", Address("postgresql:///x?host=/run/pg&user=a", None)),
    ],
)  # fmt: skip
def test_a_password_never_stands_on_a_command_line(dsn: str, address: Address) -> None:
    assert address_of(dsn) == address


def installed(monkeypatch: pytest.MonkeyPatch, *majors: int) -> None:
    there = [Tools(Path(f"/pg{major}"), major) for major in majors]
    monkeypatch.setattr(tools, "_installed", lambda: there)


def test_the_oldest_programs_that_know_the_server_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, 18, 15, 17)
    assert find_tools(16).major == 17


def test_programs_older_than_the_server_are_refused_with_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, 15)
    with pytest.raises(BackupError, match=r"PostgreSQL 17 or newer are needed.*15 in /pg15.*postgresql-client-17"):
        find_tools(17)


def test_a_machine_without_the_programs_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch)
    with pytest.raises(BackupError, match="none are installed"):
        find_tools(17)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is no backup"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 1}', "\x00"])
def test_a_damaged_manifest_is_said_to_be_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BackupError, match="is damaged"):
        read_manifest(tmp_path)
