"""`leadrelay replay` where the containers' tools run it: with the keys, and without the secrets of other processes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadrelay.cli import app
from leadrelay.environment.files import Wanted, text_of
from services.chassis.settings import PREFIX
from tests.fixtures.compose import environment_of, read_compose, read_env


def test_the_containers_tools_are_told_enough_to_replay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for key in [key for key in os.environ if key.startswith((PREFIX, "TEMPORAL_"))]:
        monkeypatch.delenv(key)
    given = read_env(text_of(Wanted("crm.example.org", "https://login.example.org", "https://login.example.org/keys")))
    for key, value in environment_of(read_compose()["services"]["tools"], given).items():
        monkeypatch.setenv(key, value)
    told = CliRunner().invoke(app, ["replay", "--dir", str(tmp_path), "--data", str(tmp_path / "none")])
    assert (told.exit_code, "refuses to start" in told.stderr) == (0, False), told.output
