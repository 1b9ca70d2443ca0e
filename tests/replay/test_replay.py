"""Recorded histories still fit the code: leads under way survive a deploy."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from leadrelay.history_replay import WORKFLOWS
from services.account_mgmt import worker as account_mgmt
from services.chassis.settings import Settings
from services.chassis.temporal import leadrelay_plugin
from services.conversion import worker as conversion
from services.lead_gen import worker as lead_gen
from workflows import deadlines

HISTORIES = sorted(Path(__file__).with_name("histories").glob("*.json"))


def history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


async def registered(worker: ModuleType, monkeypatch: pytest.MonkeyPatch) -> set[type]:
    """The workflows that a tier's worker process would run."""
    given: dict[str, Any] = {}

    async def note(**arguments: Any) -> None:
        given.update(arguments)

    monkeypatch.setattr(worker, "run_worker", note)
    await worker.run(Settings())
    return set(given["workflows"])


async def test_every_workflow_that_a_worker_runs_has_a_recorded_history(monkeypatch: pytest.MonkeyPatch) -> None:
    running: set[type] = set()
    for worker in (lead_gen, conversion, account_mgmt):
        running |= await registered(worker, monkeypatch)
    assert set(WORKFLOWS) == running
    recorded = {
        history(path).events[0].workflow_execution_started_event_attributes.workflow_type.name for path in HISTORIES
    }
    assert recorded == {workflow._Definition.must_from_class(kind).name for kind in running}


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_still_fits_the_code(path: Path) -> None:
    # Not in debug mode, two seconds without a turn on a busy machine would count as a deadlock.
    replayer = Replayer(workflows=WORKFLOWS, plugins=[leadrelay_plugin(Settings().key_ring)], debug_mode=True)
    await replayer.replay_workflow(history(path))


async def test_a_worker_without_the_sandbox_replays_the_same_histories() -> None:
    plugin = leadrelay_plugin(Settings().key_ring, sandbox=False)
    replayer = Replayer(workflows=WORKFLOWS, plugins=[plugin], debug_mode=True)
    for path in HISTORIES:
        await replayer.replay_workflow(history(path))


async def test_runs_that_were_long_already_keep_the_bound_they_replay_by(monkeypatch: pytest.MonkeyPatch) -> None:
    long = history(Path(__file__).with_name("histories") / "customer_care_long-0001.json")
    assert len(long.events) > deadlines.CONTINUE_AFTER_EVENTS
    monkeypatch.setattr(deadlines, "_FORMERLY_AFTER_EVENTS", deadlines.CONTINUE_AFTER_EVENTS)
    replayer = Replayer(workflows=WORKFLOWS, plugins=[leadrelay_plugin(Settings().key_ring, sandbox=False)])
    with pytest.raises(workflow.NondeterminismError):
        await replayer.replay_workflow(long)
