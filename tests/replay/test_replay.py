"""Recorded histories still fit the code: leads under way survive a deploy."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from leadrelay.replaying import WORKFLOWS
from services.chassis.settings import Settings
from services.chassis.temporal import leadrelay_plugin

HISTORIES = sorted(Path(__file__).with_name("histories").glob("*.json"))


def test_every_story_has_a_recorded_history() -> None:
    assert {path.stem.split("-")[0] for path in HISTORIES} == {
        "cold_call",
        "conversion",
        "customer_care",
        "publish_catalogue",
        "fit_timing",
        "open_care",
    }


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_still_fits_the_code(path: Path) -> None:
    # Not in debug mode, two seconds without a turn on a busy machine would count as a deadlock.
    replayer = Replayer(workflows=WORKFLOWS, plugins=[leadrelay_plugin(Settings().key_ring)], debug_mode=True)
    await replayer.replay_workflow(WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8")))
