"""A worker that is back finds hundreds of customers waiting: each is replayed once, and so many at a time.

Counted, not timed: `python -m bench.restart` measures the seconds.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import temporalio.client
import temporalio.worker
from temporalio import workflow
from temporalio.api.enums.v1 import EventType, TimeoutType
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import (
    ExecuteWorkflowInput,
    Worker,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from services.chassis.settings import Settings
from services.chassis.temporal import leadrelay_plugin
from services.chassis.worker import activities_in, make_worker
from tests.workflows.fakes import FakeAccountMgmt
from workflows.contracts import ids, queues
from workflows.contracts.account_mgmt import CareState, CustomerCareInput
from workflows.contracts.base import InboundCall, Tier
from workflows.contracts.conversion import OpenInbound
from workflows.customer_care.workflow import CustomerCare

CUSTOMERS = 200
AT_ONCE = 10
# A task is begun anew when it is not over by then; on a slow machine that says nothing about us.
TASK_TIMEOUT = timedelta(minutes=2)
TASKS = 5
Handle = WorkflowHandle[Any, Any]


class Replays(temporalio.client.Interceptor, temporalio.worker.Interceptor):
    """Counts how often each workflow was begun in a worker: once when it starts, once more for each replay."""

    begun: ClassVar[Counter[str]] = Counter()

    def workflow_interceptor_class(self, _: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        return Counting


class Counting(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        Replays.begun[workflow.info().workflow_id] += 1
        return await super().execute_workflow(input)


class Desk(FakeAccountMgmt):
    """Tier 3's activities; remembers how many customers were being dealt with at once, at most."""

    busy = 0
    busiest = 0

    async def take(self, request: Any, default: Any) -> Any:
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await asyncio.sleep(0)
        try:
            return await super().take(request, default)
        finally:
            self.busy -= 1


async def now() -> datetime:
    return datetime.now(UTC)


async def in_turn(work: Iterable[Awaitable[Any]]) -> list[Any]:
    """All of it, so many at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: Awaitable[Any]) -> Any:
        async with gate:
            return await item

    return await asyncio.gather(*(one(item) for item in work))


async def start_care(client: Client) -> Handle:
    customer_id = str(uuid.uuid4())
    return await client.start_workflow(
        CustomerCare.run,
        CustomerCareInput(customer_id=customer_id, state=CareState(account_manager="oleh")),
        id=ids.customer(customer_id),
        task_queue=queues.ACCOUNT_MGMT,
        task_timeout=TASK_TIMEOUT,
    )


async def call_in(handle: Handle, call_id: str) -> None:
    call = InboundCall(event_id=call_id, at=await now(), by="switchboard", inbound_call_id=call_id)
    await handle.signal(CustomerCare.inbound_called, call)


async def begun_anew(handle: Handle) -> int:
    """How many workflow tasks were taken and not finished. One that waited long in the queue was not taken."""
    found = 0
    for event in (await handle.fetch_history()).events:
        failed = event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        timed_out = event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT
        waited = (
            event.workflow_task_timed_out_event_attributes.timeout_type == TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START
        )
        found += failed or (timed_out and not waited)
    return found


async def test_hundreds_of_customers_who_called_meanwhile_are_each_replayed_once(temporal: Client) -> None:
    client = Client(
        temporal.service_client,
        namespace=temporal.namespace,
        plugins=[leadrelay_plugin(Settings().key_ring, sandbox=False)],
        interceptors=[Replays()],
    )
    desk = Desk(now)

    def worker() -> Worker:
        settings = Settings(max_concurrent_workflow_tasks=TASKS)
        return make_worker(client, settings, Tier.ACCOUNT_MGMT, [CustomerCare], activities_in(desk))

    async with worker():
        handles: list[Handle] = await in_turn(start_care(client) for _ in range(CUSTOMERS))
        # Who has called once is in care, and has a history to replay.
        await in_turn(call_in(handle, f"{handle.id}:1") for handle in handles)
        await desk.nth(OpenInbound, CUSTOMERS)
    Replays.begun.clear()
    await in_turn(call_in(handle, f"{handle.id}:2") for handle in handles)
    async with worker():
        await desk.nth(OpenInbound, 2 * CUSTOMERS)
    assert Counter(Replays.begun.values()) == {1: CUSTOMERS}
    assert desk.busiest <= TASKS
    assert sum(await in_turn(begun_anew(handle) for handle in handles)) == 0
    await in_turn(handle.terminate() for handle in handles)
