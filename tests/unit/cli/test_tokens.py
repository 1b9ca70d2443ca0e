"""`leadrelay token` and `--version`: what cannot be used is not printed."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadrelay.cli import app
from leadrelay.stack.data_directory import DataDirectory
from services.chassis.roles import ROLES


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with DataDirectory(tmp_path).held():
        DataDirectory(tmp_path).issuer()
    return tmp_path


def test_a_role_that_the_tier_does_not_have_is_refused_with_those_it_has(data: Path) -> None:
    asked = ["token", "--tier", "lead_gen", "--role", "boss", "--person", "me", "--data", str(data)]
    answer = CliRunner().invoke(app, asked)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "--role boss: lead_gen has no such role, only caller, supervisor, switchboard" in answer.stderr


@pytest.mark.parametrize(("tier", "role"), [(tier, role) for tier, roles in ROLES.items() for role in roles])
def test_every_role_of_a_tier_has_its_token(data: Path, tier: str, role: str) -> None:
    asked = ["token", "--tier", tier, "--role", role, "--person", "me", "--data", str(data)]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 0
    assert answer.stdout.count(".") == 2


def test_the_version_is_the_package_s() -> None:
    assert CliRunner().invoke(app, ["--version"]).stdout == f"leadrelay {version('leadrelay')}\n"
