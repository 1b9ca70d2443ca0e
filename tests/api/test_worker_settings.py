"""A worker is what its settings say: so many tasks, activities and cached workflows, with the sandbox or without."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, UnsandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from services.chassis.settings import Settings
from services.chassis.temporal import connect
from services.chassis.worker import make_worker
from workflows.contracts.base import Tier
from workflows.conversion.workflow import Conversion


async def config_of(client: Client, settings: Settings) -> dict[str, Any]:
    """The options in force in a worker that ran with these settings."""
    async with make_worker(client, settings, Tier.CONVERSION, [Conversion], []) as worker:
        return dict(worker.config(active_config=True))


async def test_a_worker_is_bounded_by_its_settings(temporal: Client) -> None:
    settings = Settings(
        max_concurrent_workflow_tasks=7, max_concurrent_activities=3, max_cached_workflows=11, max_pollers=2
    )
    config = await config_of(temporal, settings)
    assert config["max_concurrent_workflow_tasks"] == 7
    assert config["max_cached_workflows"] == 11
    assert config["max_concurrent_activities"] == config["max_concurrent_local_activities"] == 3
    pollers = PollerBehaviorAutoscaling(maximum=2, initial=2)
    assert config["workflow_task_poller_behavior"] == config["activity_task_poller_behavior"] == pollers


@pytest.mark.parametrize(("sandbox", "runner"), [(False, UnsandboxedWorkflowRunner), (True, SandboxedWorkflowRunner)])
async def test_a_worker_runs_workflows_in_the_sandbox_only_when_told_to(
    temporal: Client, monkeypatch: pytest.MonkeyPatch, sandbox: bool, runner: type
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.service_client.config.target_host)
    settings = Settings(workflow_sandbox=sandbox)
    config = await config_of(await connect(settings), settings)
    assert isinstance(config["workflow_runner"], runner)


def test_workers_do_without_the_sandbox_unless_told() -> None:
    assert not Settings().workflow_sandbox
