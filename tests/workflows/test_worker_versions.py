"""Two builds of a tier's worker beside each other: only the current one works, and runs under way move to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import Worker

from services.chassis.settings import Settings
from services.chassis.worker import make_worker
from tests.fixtures.temporal import own_server
from tests.workflows.fakes import FakeLeadGen
from tests.workflows.tiers import activities_in
from workflows.cold_call import ColdCall
from workflows.contracts import ids, queues
from workflows.contracts import lead_gen as lg
from workflows.contracts.base import Tier
from workflows.contracts.lead_gen import ColdCallInput, ColdCallPolicy

DEPLOYMENT = "lead-gen"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Client]:
    """Of this test's own: which build is current belongs to the task queue."""
    async with own_server() as client:
        yield client


async def now() -> datetime:
    return datetime.now(UTC)


def worker(client: Client, calls: FakeLeadGen, build: str | None) -> Worker:
    settings = Settings(worker_deployment=DEPLOYMENT if build else None, worker_build_id=build)
    return make_worker(client, settings, Tier.LEAD_GEN, [ColdCall], activities_in(calls))


async def make_current(client: Client, build: str) -> None:
    """As `temporal worker deployment set-current-version`; again, until the server has heard of the build."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=DEPLOYMENT, build_id=build, identity="ops"
    )
    async with asyncio.timeout(60):
        while True:
            try:
                await client.workflow_service.set_worker_deployment_current_version(
                    request, timeout=timedelta(seconds=20)
                )
                return
            except RPCError:
                await asyncio.sleep(0.05)


async def answered(handle: WorkflowHandle[Any, Any], attempt: int, outcome: lg.CallOutcome) -> None:
    told = lg.CallAnswered(
        event_id=f"event-{attempt}", at=await now(), by="anna", item_id="item", attempt=attempt, outcome=outcome
    )
    await handle.signal(ColdCall.call_answered, told)


async def nobody_answers(handle: WorkflowHandle[Any, Any], calls: FakeLeadGen, attempt: int) -> int:
    """One more call in vain; the number of the next."""
    await answered(handle, attempt, lg.CallOutcome.NO_ANSWER)
    await calls.nth(lg.OpenCall, attempt + 1)
    return attempt + 1


async def builds(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """Which build carried out each workflow task, one after the other; empty for a worker without one."""
    history = await handle.fetch_history()
    tasks = (event for event in history.events if event.HasField("workflow_task_completed_event_attributes"))
    found = [task.workflow_task_completed_event_attributes.deployment_version.build_id for task in tasks]
    return [build for build, previous in zip(found, [None, *found], strict=False) if build != previous]


async def test_runs_under_way_move_to_the_build_that_is_made_current(server: Client) -> None:
    calls, lead = FakeLeadGen(now), "lead-1"
    async with worker(server, calls, None):
        handle: WorkflowHandle[Any, Any] = await server.start_workflow(
            ColdCall.run,
            ColdCallInput(lead_id=lead, campaign_id="spring", policy=ColdCallPolicy(max_attempts=1000)),
            id=ids.cold_call(lead),
            task_queue=queues.LEAD_GEN,
        )
        await calls.nth(lg.OpenCall, 1)
    attempt = 1
    async with worker(server, calls, "build-1"):
        await make_current(server, "build-1")
        # The queues hear of it a moment later.
        while "build-1" not in await builds(handle):
            attempt = await nobody_answers(handle, calls, attempt)
        async with worker(server, calls, "build-2"):
            # It polls, and is given nothing before somebody says so.
            attempt = await nobody_answers(handle, calls, attempt)
            assert await builds(handle) == ["", "build-1"]
            await make_current(server, "build-2")
            while "build-2" not in await builds(handle):
                attempt = await nobody_answers(handle, calls, attempt)
            # And back: without a current version, workers without one carry it on.
            await make_current(server, "")
    async with worker(server, calls, None):
        await answered(handle, attempt, lg.CallOutcome.NOT_INTERESTED)
        assert (await handle.result()).stage == "not_interested"
    assert await builds(handle) == ["", "build-1", "build-2", ""]
