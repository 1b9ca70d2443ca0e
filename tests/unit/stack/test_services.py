"""How the stack runs its processes: which give way on a busy machine, and which settings reach them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from leadrelay.stack import temporal
from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.services import Services

PORTS: Mapping[str, int] = {
    name: 20_000 + number
    for number, name in enumerate(
        (
            "desk",
            "identity",
            "temporal",
            "temporal_ui",
            "temporal_metrics",
            "smtp",
            "mail",
            "switchboard",
            "inbound",
            "mail_door",
            "account_mgmt_worker",
            "account_mgmt_api",
        )
    )
}


@pytest.fixture
def services(tmp_path: Path) -> Services:
    data = DataDirectory(tmp_path)
    for directory in (data.keys, data.logs):
        directory.mkdir(parents=True, exist_ok=True)
    return Services(data, PORTS, lambda tier: f"postgresql://{tier}@127.0.0.1/{tier}", "demo")


def test_what_makes_work_gives_way_to_what_does_it(services: Services) -> None:
    """Or, on a busy machine, the simulated staff outruns the workers, and they never catch up."""
    doing = [
        services.worker("account_mgmt", "account_mgmt_worker"),
        services.api("account_mgmt"),
        temporal.server(services.data, PORTS, "http://127.0.0.1:1"),
    ]
    making = services.demo(lambda _: None)
    assert max(spec.niceness for spec in doing) < making.niceness


def test_a_worker_of_the_stack_is_tuned_by_the_environment(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADRELAY_MAX_CONCURRENT_WORKFLOW_TASKS", "7")
    monkeypatch.setenv("LEADRELAY_WORKFLOW_SANDBOX", "true")
    monkeypatch.setenv("LEADRELAY_PROFILE", "production")
    env = services.worker("account_mgmt", "account_mgmt_worker").env
    assert env["LEADRELAY_MAX_CONCURRENT_WORKFLOW_TASKS"] == "7"
    assert env["LEADRELAY_WORKFLOW_SANDBOX"] == "true"
    assert env["LEADRELAY_PROFILE"] == "development"
