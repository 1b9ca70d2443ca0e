"""`leadrelay backup` and `restore` where there is nothing to do them with: exit code 1 and the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadrelay.cli import app

THREE = "postgresql://{tier}:s3cret@127.0.0.1:1/{tier}"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEADRELAY_DATABASE_DSN", "LEADRELAY_DATABASE_DSNS"):
        monkeypatch.delenv(name, raising=False)


def told(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == 1, done.output
    return done.stderr


def test_where_no_stack_has_ever_been_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    assert "There is no stack in" in told("backup", "--into", tmp_path / "backups", "--data", tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_a_dsn_for_one_database_only_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADRELAY_DATABASE_DSN", "postgresql://leadrelay@127.0.0.1:1/lead_gen")
    assert "must contain {tier}" in told("backup", "--into", tmp_path)


def test_a_database_that_cannot_be_reached_is_said_to_be_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEADRELAY_DATABASE_DSN", THREE)
    said = told("backup", "--into", tmp_path)
    assert "A database cannot be reached" in said and "s3cret" not in said
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_backup_is_neither_verified_nor_restored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADRELAY_DATABASE_DSN", THREE)
    assert "is no backup" in told("backup", "--verify", tmp_path)
    assert "is no backup" in told("restore", tmp_path, "--overwrite")
