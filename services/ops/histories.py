"""What Temporal knows of a lead: its workflows, the timers that run, and what is tried again and again.

A workflow has one timer at a time, which its last events show: no history is read from its beginning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from services.chassis.sentences import said
from services.chassis.stories import typed
from services.ops.domain.workflows import Retrying, Timer, Workflow
from workflows.contracts import ids

RPC_SECONDS = timedelta(seconds=5)
_LAST_EVENTS = 200
_MOST_RUNS = 20
_OPENED = EventType.EVENT_TYPE_TIMER_STARTED


class TemporalAway(Exception):
    """Temporal cannot be asked now; the message says why."""


async def workflows_of(client: Client, lead_id: str) -> list[Workflow]:
    """Every workflow of a lead that is still kept, in order of start. Raises TemporalAway."""
    known = [ids.cold_call(lead_id), ids.conversion(lead_id), ids.customer(lead_id)]
    try:
        runs = await _runs(client, lead_id)
        latest = await asyncio.gather(*(_described(client, one) for one in known))
        looked = await asyncio.gather(*(_look(client, one) for one in latest if one is not None))
    # A client that cannot connect raises RuntimeError.
    except (RPCError, RuntimeError, OSError) as error:
        raise TemporalAway(said(f"does not answer ({str(error).partition(':')[0][:80]})")) from None
    found = {one.run_id: one for one in (*runs, *looked)}
    return sorted(found.values(), key=lambda one: (one.started_at, one.id))


async def workflow_of(client: Client, workflow_id: str) -> Workflow | None:
    """The last run of one workflow, without its timers; none if Temporal does not know it. Raises TemporalAway."""
    try:
        found = await _described(client, workflow_id)
    except (RPCError, RuntimeError, OSError) as error:
        raise TemporalAway(said(f"does not answer ({str(error).partition(':')[0][:80]})")) from None
    return _workflow(found) if found else None


async def _runs(client: Client, lead_id: str) -> list[Workflow]:
    """As visibility lists them, which lags behind a little."""
    return [
        Workflow(
            id=one.id, run_id=one.run_id, kind=one.workflow_type, status=word(one.status), started_at=one.start_time,
            closed_at=one.close_time, queue=one.task_queue,
        )
        async for one in client.list_workflows(f"Lead = '{lead_id}'", limit=_MOST_RUNS, rpc_timeout=RPC_SECONDS)
    ]  # fmt: skip


async def _described(client: Client, workflow_id: str) -> WorkflowExecutionDescription | None:
    try:
        return await client.get_workflow_handle(workflow_id).describe(rpc_timeout=RPC_SECONDS)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def _look(client: Client, one: WorkflowExecutionDescription) -> Workflow:
    found = _workflow(one)
    return found.model_copy(update={"timers": await _timers(client, one)}) if found.runs else found


def _workflow(one: WorkflowExecutionDescription) -> Workflow:
    raw = one.raw_description
    waits = raw.HasField("pending_workflow_task") and not raw.pending_workflow_task.HasField("started_time")
    return Workflow(
        id=one.id,
        run_id=one.run_id,
        kind=one.workflow_type,
        status=word(one.status),
        started_at=one.start_time,
        closed_at=one.close_time,
        queue=one.task_queue,
        retrying=[_retrying(activity) for activity in raw.pending_activities],
        task_since=_time(raw.pending_workflow_task.original_scheduled_time) if waits else None,
    )


async def _timers(client: Client, one: WorkflowExecutionDescription) -> list[Timer]:
    answer = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=one.id, run_id=one.run_id),
            maximum_page_size=_LAST_EVENTS,
        ),
        timeout=RPC_SECONDS,
    )
    open_ones = open_timers(answer.history.events)
    return [
        Timer(id=event.timer_started_event_attributes.timer_id, at=_due(event), words=await _summary(client, event))
        for event in open_ones
    ]


def open_timers(latest_first: Sequence[HistoryEvent]) -> list[HistoryEvent]:
    """The timers that were started and are not over, of the last events of a history."""
    over: set[int] = set()
    found = []
    for event in latest_first:
        if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
            over.add(event.timer_fired_event_attributes.started_event_id)
        elif event.event_type == EventType.EVENT_TYPE_TIMER_CANCELED:
            over.add(event.timer_canceled_event_attributes.started_event_id)
        elif event.event_type == _OPENED and event.event_id not in over:
            found.append(event)
    return found[::-1]


def _due(event: HistoryEvent) -> datetime:
    after = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
    return event.event_time.ToDatetime(tzinfo=UTC) + after


async def _summary(client: Client, event: HistoryEvent) -> str:
    """What the workflow calls its timer; encrypted on the way, as everything is."""
    if not event.user_metadata.HasField("summary"):
        return "a timer"
    payload: Payload = event.user_metadata.summary
    [words] = await client.data_converter.decode([payload], [str])
    return typed(words)


def _retrying(activity: PendingActivityInfo) -> Retrying:
    failure = activity.last_failure
    return Retrying(
        activity=activity.activity_type.name,
        attempts=activity.attempt,
        since=_time(activity.scheduled_time) or datetime.now(UTC),
        error=typed(failure.message) if activity.HasField("last_failure") else None,
    )


def word(status: WorkflowExecutionStatus | None) -> str:
    """Temporal's word for how a workflow stands, in small letters."""
    return status.name.lower().replace("_", " ") if status else "unknown"


def _time(stamp: Timestamp) -> datetime | None:
    return stamp.ToDatetime(tzinfo=UTC) if stamp.seconds else None
