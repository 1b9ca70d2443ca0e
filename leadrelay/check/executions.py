"""Gathering from Temporal: lists in bounded pages, a closer look at suspects, and a deadline on every call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionResponse
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus, WorkflowHistoryEventFilterType
from temporalio.service import RPCError, RPCStatusCode

from leadrelay.check.facts import Execution, Refused
from workflows.contracts import search_attributes as sa

RPC_SECONDS = timedelta(seconds=10)
PAGE = 500
MOST_FAILED = 1000
AT_ONCE = 16
# Started, and perhaps its first task scheduled: the server has queues of its own.
_BEFORE_ITS_FIRST_TASK = 2
_ENDED_BADLY = "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')"


@dataclass(frozen=True)
class Pending:
    """What the server itself says of one workflow. `task_age` and `activity_age` in seconds, none if none waits."""

    running: bool
    task_age: float | None = None
    activity_age: float | None = None
    attempts: int = 0
    activity: str | None = None
    error: str | None = None


async def running(client: Client) -> dict[str, Execution]:
    """Every workflow that runs, by its id. Raises RPCError."""
    return {one.workflow_id: one async for one in _list(client, "ExecutionStatus = 'Running'", None)}


async def failed(client: Client, alive: Iterable[str]) -> list[Execution]:
    """The latest that ended badly and whose id has not been used again since. Raises RPCError."""
    living = set(alive)
    found = {one.workflow_id: one async for one in _list(client, _ENDED_BADLY, MOST_FAILED)}
    return [one for one in found.values() if one.workflow_id not in living and await _is_last(client, one)]


async def _is_last(client: Client, one: Execution) -> bool:
    try:
        described = await client.get_workflow_handle(one.workflow_id).describe(rpc_timeout=RPC_SECONDS)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return described.status is not None and _word(described.status) == one.status


async def reasons(client: Client, workflow_ids: Iterable[str]) -> dict[str, str]:
    """Why these workflows ended as they did, as their last events say. Raises RPCError."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(workflow_id: str) -> tuple[str, str]:
        async with gate:
            events = client.get_workflow_handle(workflow_id).fetch_history_events(
                event_filter_type=WorkflowHistoryEventFilterType.CLOSE_EVENT, rpc_timeout=RPC_SECONDS
            )
            return workflow_id, "".join([_reason(event) async for event in events])

    return dict(await asyncio.gather(*(one(workflow_id) for workflow_id in workflow_ids)))


def _reason(event: HistoryEvent) -> str:
    """The innermost failure, which is what went wrong; what whoever terminated it said."""
    if event.HasField("workflow_execution_terminated_event_attributes"):
        return event.workflow_execution_terminated_event_attributes.reason
    failure = event.workflow_execution_failed_event_attributes.failure
    while failure.HasField("cause"):
        failure = failure.cause
    return failure.message


async def _list(client: Client, query: str, limit: int | None) -> AsyncIterator[Execution]:
    async for one in client.list_workflows(query, page_size=PAGE, limit=limit, rpc_timeout=RPC_SECONDS):
        yield _execution(one)


def _execution(one: WorkflowExecution) -> Execution:
    shown = one.typed_search_attributes
    return Execution(
        workflow_id=one.id,
        kind=one.workflow_type,
        status=_word(one.status) if one.status else "unknown",
        lead_id=shown.get(sa.LEAD),
        stage=shown.get(sa.LEAD_STAGE),
        owner=shown.get(sa.OWNER),
    )


def _word(status: WorkflowExecutionStatus) -> str:
    return status.name.lower().replace("_", " ")


async def reports(client: Client, status: str) -> list[Refused]:
    """Reports to other tiers in this status (`Failed`, `Running`); none from a server that does not know them."""
    try:
        query = f"ExecutionStatus = '{status}'"
        return [
            Refused(one.activity_id, one.activity_type, one.typed_search_attributes.get(sa.LEAD))
            async for one in client.list_activities(query, limit=MOST_FAILED, rpc_timeout=RPC_SECONDS)
        ]
    except RPCError as error:
        if error.status in (RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.NOT_FOUND):
            return []
        raise


async def look_closely(client: Client, workflow_ids: Iterable[str]) -> dict[str, Pending]:
    """What the server knows of these workflows at this moment; visibility lags behind. Raises RPCError."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(workflow_id: str) -> tuple[str, Pending]:
        async with gate:
            return workflow_id, await _pending(client, workflow_id)

    return dict(await asyncio.gather(*(one(workflow_id) for workflow_id in dict.fromkeys(workflow_ids))))


async def _pending(client: Client, workflow_id: str) -> Pending:
    try:
        found = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=RPC_SECONDS)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Pending(running=False)
        raise
    if found.status is not WorkflowExecutionStatus.RUNNING:
        return Pending(running=False)
    raw, now = found.raw_description, datetime.now(UTC)
    last = max(raw.pending_activities, key=lambda activity: activity.attempt, default=None)
    return Pending(
        running=True,
        task_age=_task_age(raw, found.start_time, now),
        activity_age=max((_seconds(now, one.scheduled_time) for one in raw.pending_activities), default=None),
        attempts=last.attempt if last else 0,
        activity=last.activity_type.name if last else None,
        error=last.last_failure.message if last and last.HasField("last_failure") else None,
    )


def _task_age(raw: DescribeWorkflowExecutionResponse, started: datetime, now: datetime) -> float | None:
    """How long it has had something to do: a task, its very first one, or a child that is not started yet."""
    if raw.HasField("pending_workflow_task"):
        return _seconds(now, raw.pending_workflow_task.original_scheduled_time)
    if raw.workflow_execution_info.history_length <= _BEFORE_ITS_FIRST_TASK:
        return (now - started).total_seconds()
    return 0.0 if any(not child.run_id for child in raw.pending_children) else None


def _seconds(now: datetime, since: Timestamp) -> float:
    return (now - since.ToDatetime(tzinfo=UTC)).total_seconds()
