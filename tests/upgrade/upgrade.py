"""From the last release to the code at hand, with leads under way in every tier: nobody is refused, nothing is lost."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from services.chassis.dev_issuer import DevIssuer
from tests.fixtures.house import POLICIES
from tests.fixtures.temporal import own_server
from tests.replay.releases import ROOT, releases
from tests.upgrade.people import People
from tests.upgrade.processes import PYTHON, Ground, Version
from workflows.contracts.base import Tier

LEADS = 7


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Client]:
    """A Temporal server that knows nothing of us: the workers of another test must not see these leads."""
    async with own_server() as client:
        yield client


@pytest_asyncio.fixture
async def ground(server: Client, tmp_path: Path, empty_database: Callable[[str], Coroutine[Any, Any, str]]) -> Ground:
    dsns = {tier.value: await empty_database(tier) for tier in Tier}
    return Ground(dsns, server.service_client.config.target_host, tmp_path)


@pytest.fixture
def before(ground: Ground, tmp_path: Path) -> Any:
    """The last release."""
    release = releases()[-1]
    tree = release.unpack(tmp_path / "release")
    version = Version(release.version, tree, ground, os.environ.get(PYTHON, sys.executable))
    yield version
    version.kill()


@pytest.fixture
def after(ground: Ground) -> Any:
    """The code at hand."""
    version = Version("at-hand", ROOT, ground)
    yield version
    version.kill()


async def migrate(version: Version) -> None:
    done = await version.run("migrate")
    assert done.returncode == 0, done.stdout + done.stderr


async def look_at_everything(people: People, known: dict[str, str]) -> None:
    """Every GET of every tier's description; where it asks for an id, with one that exists."""
    for tier in Tier:
        paths = (await people.get(tier, "/openapi.json"))["paths"]
        for path, acts in paths.items():
            wanted = re.findall(r"{(\w+)}", path)
            if "get" in acts and path != "/v1/events" and set(wanted) <= set(known):
                await people.ask("GET", tier, path.format(**known))


async def task_failures(client: Client) -> list[str]:
    """Workflow tasks that a worker could not carry out, and workflows that ended as they should not."""
    wrong = {
        EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
    }
    found = []
    async for run in client.list_workflows():
        history = await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()
        found += [f"{run.id}: {event}" for event in history.events if event.event_type in wrong]
    return found


# Fourteen processes start in it, and each step waits for all that came before: a busy machine takes minutes.
@pytest.mark.timeout(1500)
async def test_leads_under_way_go_on_to_their_ends_while_the_software_is_replaced(
    before: Version, after: Version, ground: Ground, server: Client
) -> None:
    people = People(DevIssuer.open(ground.folder))
    await migrate(before)
    people.at, _ = await asyncio.gather(before.start("api"), before.start("worker"))
    soon = {**POLICIES["lead_gen"], "gaps": [20], "min_gap": 1, "other_part_of_day": False}
    for tier, body in (POLICIES | {"lead_gen": soon}).items():
        await people.post(tier, "/v1/policies", {"body": body})
    await people.employ(LEADS)

    # One lead at each place where leads wait.
    customer = await people.customer()
    await people.nudge(customer)
    dealing = await people.interest()
    deal = await people.accept(dealing)
    offered = await people.interest()
    await people.answer(await people.call(), "no_answer")
    talking = await people.call("petro")

    async with people.browsing():
        # The new schema under the old code, which still carries a lead through all tiers.
        await migrate(after)
        old = await people.customer()
        known = {"lead_id": old, "customer_id": old, "deal_id": deal, "tier": "lead_gen"}
        await look_at_everything(people, known)

        # The new apis beside the old ones, then in their place; then the workers, for whom nobody waits.
        people.at = await after.start("api")
        stopped = {**await before.stop("api"), **await before.stop("worker")}
        assert set(stopped.values()) == {0}, stopped
        talked = await people.answer(talking, "interested", "petro", needs="a truck a month")
        await people.order_again(customer)
        await after.start("worker")
        await look_at_everything(people, known)
        await people.win(deal, dealing)
        await people.lose(await people.accept(offered))
        await people.win(await people.accept(talked), talked)
        await people.order_again(old)

    called = [await people.answer(await people.call(), "not_interested", reason="no need") for _ in range(2)]
    for lead in called:
        await people.is_at(lead, "lead_gen", "not_interested")
    for lead in (customer, old, dealing, talked):
        await people.is_at(lead, "account_mgmt")
        await people.pay(lead)
    await people.is_at(offered, "conversion", "lost")
    assert people.failed == []
    checked = await after.run("check", "--settle", "1s")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert await task_failures(server) == []
