"""`leadrelay replay`: which histories, what is said of those that no longer fit, and how it ends."""

from __future__ import annotations

import io
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from temporalio.client import Client
from typer.testing import CliRunner

from leadrelay.cli import app
from leadrelay.cli import replay as command
from leadrelay.replay.report import SHOWN, HowFar, Report
from leadrelay.replay.sources import Choice, Run, Server
from tests.fixtures.ports import free_port
from tests.replay.releases import HISTORIES
from workflows.contracts import queues
from workflows.contracts.lead_gen import ColdCallInput

COLD_CALL = HISTORIES / "0.1.0" / "cold_call-0001.json"


def replay(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, ["replay", *map(str, arguments)])


def test_recorded_histories_are_counted_by_workflow(tmp_path: Path) -> None:
    for name in ("cold_call-0001", "cold_call-0003", "open_care-0001"):
        shutil.copy(HISTORIES / "0.1.0" / f"{name}.json", tmp_path)
    done = replay("--dir", tmp_path, "--type", "ColdCall")
    assert done.exit_code == 0, done.output
    assert "ColdCall          2              0" in done.stdout
    assert "OpenCare" not in done.stdout
    assert "2 histories replayed in" in done.stdout


def test_a_history_that_no_longer_fits_is_named_with_its_event_and_the_mend(tmp_path: Path) -> None:
    recorded = json.loads(COLD_CALL.read_text())
    start = next(
        event for event in recorded["events"] if event["eventType"].endswith("CHILD_WORKFLOW_EXECUTION_INITIATED")
    )
    start["eventType"] = "EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES"
    del start["startChildWorkflowExecutionInitiatedEventAttributes"]
    start["upsertWorkflowSearchAttributesEventAttributes"] = {}
    (tmp_path / "lead-1.json").write_text(json.dumps(recorded))
    done = replay("--dir", tmp_path)
    assert done.exit_code == 1
    assert "ColdCall lead-1: this code gives other commands" in done.stdout
    assert f"event {start['eventId']}, upsert workflow search attributes" in done.stdout
    assert 'workflow.patched("what-changed")' in done.stdout
    assert "1 history replayed in" in done.stdout


def test_what_cannot_be_looked_at_is_another_exit_code_than_what_no_longer_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.json").write_text("{}")
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    for arguments, said in (
        (("--dir", tmp_path), "other.json is no history"),
        (("--type", "Cold"), "there are ColdCall, Conversion"),
        (("--since", "7 days"), "give a number and s, m, h or d, e.g. 12h"),
        (("--since", "2026-02-30"), "is no date or time"),
        ((), "onnection refused"),
    ):
        done = replay(*arguments)
        assert done.exit_code == command.CANNOT_LOOK, done.output
        assert said in done.stderr


def test_since_takes_what_runs_and_what_ended_since() -> None:
    assert Choice().query == "ExecutionStatus = 'Running'"
    since = Choice(since="2026-03-02T00:00:00+00:00", types=["ColdCall", "Campaign"])
    assert since.query == (
        "(ExecutionStatus = 'Running' OR CloseTime >= '2026-03-02T00:00:00+00:00')"
        " AND WorkflowType IN ('ColdCall', 'Campaign')"
    )
    assert command._moment("2026-03-02T09:00:00+02:00") == "2026-03-02T07:00:00+00:00"


def test_a_sample_has_of_each_workflow_its_share_and_at_least_one() -> None:
    runs = [Run("ColdCall", f"cold-call:{n}", "") for n in range(90)] + [Run("FitTiming", "fit-timing", "")]
    chosen = Choice(sample=10).of(runs, random.Random(1))
    assert len([run for run in chosen if run.type == "ColdCall"]) == 9
    assert len([run for run in chosen if run.type == "FitTiming"]) == 1
    assert Choice(sample=200).of(runs, random.Random(1)) == runs
    assert Choice(limit=3).of(runs, random.Random(1)) == runs[:3]


def test_of_many_misfits_some_are_named() -> None:
    report = Report()
    for number in range(SHOWN + 5):
        report.take(Run("ColdCall", f"cold-call:{number}", "run"), "it is other", 0.1)
    lines = report.lines(3.0, gone=2)
    assert lines[0] == "ColdCall cold-call:0 (run): it is other"
    assert "ColdCall: and 5 more" in lines
    assert lines[-1] == "25 histories replayed in 3 s, 25 no longer fit, 2 had gone meanwhile"


def test_in_a_pipe_a_line_now_and_then_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, *(2.0 * step for step in range(1, 8))])
    monkeypatch.setattr("leadrelay.replay.report.time.monotonic", lambda: next(now))
    console = Console(force_terminal=False, record=True, width=100, file=io.StringIO())
    with HowFar(10, console) as shown:
        for step in range(7):
            shown.step("other" if step == 1 else None)
    assert console.export_text().splitlines() == [
        "10 histories to replay",
        "3 of 10 replayed, 0 a second, 14 s left, 1 no longer fit",
        "6 of 10 replayed, 0 a second, 8 s left, 1 no longer fit",
    ]


async def test_a_server_lists_its_runs_and_one_that_has_gone_is_no_misfit(temporal: Client) -> None:
    start = ColdCallInput(lead_id="l-1", campaign_id="spring")
    handle = await temporal.start_workflow(
        "ColdCall", start, id="cold-call:l-1", task_queue=f"{queues.LEAD_GEN}-nobody"
    )
    server, found = Server(temporal), list[Run]()
    while not found:
        runs = await server.runs(Choice(types=["ColdCall"]))
        found = [run for run in runs if run.workflow_id == "cold-call:l-1"]
    assert found == [Run("ColdCall", "cold-call:l-1", handle.first_execution_run_id or "")]
    history = await server.history(found[0])
    assert history is not None
    assert len(history.events) >= 2
    await handle.terminate()
    assert await server.history(Run("ColdCall", "cold-call:l-2", found[0].run_id)) is None
