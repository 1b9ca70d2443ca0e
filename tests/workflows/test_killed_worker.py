"""A worker killed in the middle of an activity for which people wait: the next one does it seconds later."""

from __future__ import annotations

import asyncio
import sys
import uuid
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from tests.workflows.fakes import FakeLeadGen
from tests.workflows.tiers import activities_in

with workflow.unsafe.imports_passed_through():
    from workflows.activity_options import TO_LEAD_GEN, RemoteCall
    from workflows.contracts.base import Tier
    from workflows.contracts.lead_gen import LeadGenActivities, RegisterUpdate

A_PERSON_WAITS = timedelta(seconds=5)


@workflow.defn(sandboxed=False)
class TellRegister:
    """One report to the register."""

    @workflow.run
    async def run(self, update: RegisterUpdate) -> None:
        # The server is shared, and other tests leave reports on the tier's own queue.
        here: RemoteCall = {**TO_LEAD_GEN, "task_queue": workflow.info().task_queue}
        await workflow.execute_activity_method(LeadGenActivities.update_register, update, **here)


async def now() -> datetime:
    return datetime.now(UTC)


async def test_a_report_whose_worker_is_killed_is_taken_up_by_the_next_one_within_seconds(temporal: Client) -> None:
    update = RegisterUpdate(
        key=f"told:{uuid.uuid4()}", lead_id="l", tier=Tier.CONVERSION, stage="offered", workflow_id="w", at=await now()
    )
    queue = f"tell:{uuid.uuid4()}"
    address = temporal.service_client.config.target_host
    doomed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.workflows.register_worker", address, queue, stdout=asyncio.subprocess.PIPE
    )
    register = FakeLeadGen(now)
    try:
        async with Worker(temporal, task_queue=queue, workflows=[TellRegister]):
            handle = await temporal.start_workflow(TellRegister.run, update, id=queue, task_queue=queue)
            assert doomed.stdout is not None
            assert await doomed.stdout.readline() == b"begun\n"
            doomed.kill()
            await doomed.wait()
            async with Worker(temporal, task_queue=queue, activities=activities_in(register)):
                await handle.result()
    finally:
        if doomed.returncode is None:
            doomed.kill()
            await doomed.wait()
    assert [told.key for told in register.of(RegisterUpdate)] == [update.key]
    begun = [event.activity_task_started_event_attributes for event in (await handle.fetch_history()).events]
    attempts = [started for started in begun if started.attempt]
    assert [started.attempt for started in attempts] == [2]
    assert attempts[0].last_failure.HasField("timeout_failure_info")
    assert TO_LEAD_GEN["start_to_close_timeout"] <= A_PERSON_WAITS
