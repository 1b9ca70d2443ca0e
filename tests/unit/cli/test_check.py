"""`leadrelay check`, `stuck`, `late` and `story` where there is nothing to look at: exit code 2, and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadrelay.cli import app


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEADRELAY_DATABASE_DSN", "TEMPORAL_ADDRESS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("command", ["check", "stuck", "late", "story steel"])
def test_without_a_stack_it_cannot_look(command: str, tmp_path: Path) -> None:
    told = CliRunner().invoke(app, [*command.split(), "--data", str(tmp_path / "none")])
    assert told.exit_code == 2
    assert "No stack runs on" in told.stderr
    assert "leadrelay up" in told.stderr


def test_a_dsn_for_one_database_only_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADRELAY_DATABASE_DSN", "postgresql://leadrelay@127.0.0.1:1/lead_gen")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    told = CliRunner().invoke(app, ["check", "--data", str(tmp_path)])
    assert told.exit_code == 2
    assert "must contain {tier}" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["check", "--yes"], "--yes: goes with --repair"),
        (["check", "--settle", "soon"], "--settle soon: give a number and s, m, h or d"),
        (["stuck", "retry"], "give `retry` and an id"),
        (["stuck", "forget", "outbox:lead_gen:1"], "give `retry` and an id"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(arguments: list[str], reason: str) -> None:
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 2
    assert reason in told.stderr
