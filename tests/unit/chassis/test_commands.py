"""Commands that people are told to type: those of docker-compose.yml where it runs the house, else the CLI's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from leadrelay.check.plans import plan_text
from leadrelay.check.run import judge
from leadrelay.check.stuck import Stuck, stuck_text
from leadrelay.story.text import choice_text
from services.chassis import commands
from services.chassis.lateness import LateRow, late_answer
from services.chassis.settings import Settings
from services.ops.domain.failures import Failed, as_late
from services.ops.domain.late import held_up
from services.ops.domain.queues import Queue
from services.ops.tiers import Missing
from tests.fixtures.compose import read_compose
from tests.unit.check.world import CONVERSION, without_workflow
from workflows.contracts.base import Tier

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SERVICES = read_compose()["services"]


@pytest.fixture(autouse=True)
def in_containers() -> Iterator[None]:
    commands.commands_are_typed("compose")
    yield
    commands.commands_are_typed("leadrelay")


def queue(tier: Tier, workers: int, waiting: int = 9) -> Queue:
    return Queue(name=tier.value, workers=[str(n) for n in range(workers)], waiting=waiting, oldest_seconds=90)


@pytest.mark.parametrize("tier", Tier)
def test_workers_and_apis_are_called_as_the_compose_file_calls_them(tier: Tier) -> None:
    none, few = (held_up({tier: queue(tier, count)}, [], NOW)[0] for count in (0, 2))
    [away] = held_up({}, [Missing(what=tier.value, why="it answers 503")], NOW)
    worker, api = f"{tier.value}_worker", f"{tier.value}_api"
    assert none.act == f"start one: docker compose up -d {worker}"
    assert few.act == f"start another one: docker compose up -d --no-recreate --scale {worker}=3"
    assert away.act == f"start it: docker compose restart {api}"
    assert commands.migrate(tier.value) == f"docker compose run --rm {tier.value}_migrate"
    assert {worker, api, f"{tier.value}_migrate", "tools"} <= set(SERVICES)


def test_what_looks_into_the_house_is_run_by_the_tools() -> None:
    failed = Failed(
        workflow_id=CONVERSION, kind="Conversion", queue="conversion", status="failed", at=NOW, why="it broke"
    )
    again = f"docker compose run --rm tools stuck retry workflow:{CONVERSION}"
    assert as_late(failed).command == again
    row = LateRow(
        since=NOW - timedelta(hours=1), ref="r", kind="set_aside", lead_id=None, company=None, who=None,
        facts={"what": "won", "workflow_id": CONVERSION, "error": "no", "id": 7},
    )  # fmt: skip
    assert late_answer(row, "conversion").command == "docker compose run --rm tools stuck retry outbox:conversion:7"
    told = [
        *(finding.mend for one in judge(without_workflow(CONVERSION)) for finding in one.findings),
        plan_text([]),
        stuck_text([Stuck(f"workflow:{CONVERSION}", "it should go on", "it failed", "start it again", True)]),
        choice_text([], more=False),
    ]
    assert all("docker compose run --rm tools" in one and "leadrelay " not in one for one in told)
    assert len(told) > 3


def test_every_process_of_the_compose_file_is_told_and_others_type_leadrelay(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = [one["environment"] for one in SERVICES.values() if "LEADRELAY_PROFILE" in one.get("environment", {})]
    assert ours
    assert all(one["LEADRELAY_COMMANDS"] == "compose" for one in ours)
    monkeypatch.delenv("LEADRELAY_COMMANDS", raising=False)
    assert Settings().commands == "leadrelay"
    monkeypatch.setenv("LEADRELAY_COMMANDS", "compose")
    assert Settings().commands == "compose"
    commands.commands_are_typed("leadrelay")
    assert commands.start_another_worker("conversion", 2) == "leadrelay worker conversion"
