"""Recorded histories of every release still fit the code: leads under way survive a deploy."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from leadrelay.replay.code import NAMES, WORKFLOWS
from leadrelay.replay.words import MEND, explanation, type_of
from services.account_mgmt import worker as account_mgmt
from services.chassis.settings import Settings
from services.chassis.temporal import leadrelay_plugin
from services.conversion import worker as conversion
from services.lead_gen import worker as lead_gen
from tests.replay.releases import HISTORIES as FOLDER
from tests.replay.releases import coming, releases
from workflows import deadlines

HISTORIES = sorted(FOLDER.rglob("*.json"))
LONG = FOLDER / "0.1.0" / "customer_care_long-0001.json"


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
    recorded = {type_of(history(path)) for path in HISTORIES}
    assert recorded == {workflow._Definition.must_from_class(kind).name for kind in running} == set(NAMES)


def test_every_release_has_histories_and_every_history_a_release() -> None:
    assert all(release.histories for release in releases()), "python -m tests.replay.record, before a release"
    folders = {str(path.relative_to(FOLDER).parent) for path in HISTORIES}
    assert folders <= {release.version for release in releases()} | {coming()}


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_recorded_history_still_fits_the_code(path: Path) -> None:
    # Not in debug mode, two seconds without a turn on a busy machine would count as a deadlock.
    replayer = Replayer(workflows=WORKFLOWS, plugins=[leadrelay_plugin(Settings().key_ring)], debug_mode=True)
    recorded = history(path)
    result = await replayer.replay_workflow(recorded, raise_on_replay_failure=False)
    if result.replay_failure is not None:
        reason = explanation(str(result.replay_failure), recorded)
        raise AssertionError(f"{type_of(recorded)} {path.stem}: {reason}.\n{MEND}") from result.replay_failure


async def test_a_worker_without_the_sandbox_replays_the_same_histories() -> None:
    plugin = leadrelay_plugin(Settings().key_ring, sandbox=False)
    replayer = Replayer(workflows=WORKFLOWS, plugins=[plugin], debug_mode=True)
    for path in HISTORIES:
        await replayer.replay_workflow(history(path))


async def test_runs_that_were_long_already_keep_the_bound_they_replay_by(monkeypatch: pytest.MonkeyPatch) -> None:
    long = history(LONG)
    assert len(long.events) > deadlines.CONTINUE_AFTER_EVENTS
    monkeypatch.setattr(deadlines, "_FORMERLY_AFTER_EVENTS", deadlines.CONTINUE_AFTER_EVENTS)
    replayer = Replayer(workflows=WORKFLOWS, plugins=[leadrelay_plugin(Settings().key_ring, sandbox=False)])
    with pytest.raises(workflow.NondeterminismError):
        await replayer.replay_workflow(long)
