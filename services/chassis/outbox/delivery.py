"""One delivery: from an outbox row to a call to Temporal, and what an error means for the row."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, cast

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import (
    ActivityIDReusePolicy,
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.exceptions import ActivityAlreadyStartedError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.chassis.outbox.rows import OutboxRow
from workflows.activity_options import REPORTS
from workflows.contracts import search_attributes as sa

RPC_TIMEOUT = timedelta(seconds=10)
EVENT_MEMO = "event_id"
MAX_ATTEMPTS = 8
LOOKS_FOR_MISSING = 6  # in 16 seconds
# Temporal will not change its mind about these.
_HOPELESS = {RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.FAILED_PRECONDITION}
_OUTAGE = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.ABORTED,
    RPCStatusCode.INTERNAL,
    RPCStatusCode.UNKNOWN,
}


class Verdict(Enum):
    """What became of a delivery."""

    DELIVERED = "delivered"
    DROPPED = "dropped"
    DEAD = "dead"
    RETRY = "retry"
    OUTAGE = "outage"


async def deliver(client: Client, row: OutboxRow) -> None:
    """Deliver one row. Raises what Temporal or the converter raises."""
    if row.activity is not None:
        await _report(client, row)
    elif row.tried_before and await _has_arrived(client, row):
        # A second delivery neither begins a second life of a workflow that has ended, nor misses one that this ended.
        return
    elif row.workflow is None:
        handle = client.get_workflow_handle(row.workflow_id)
        await handle.signal(row.signal or "", row.payload, rpc_timeout=RPC_TIMEOUT)
    else:
        await _start(client, row)


async def _start(client: Client, row: OutboxRow) -> None:
    await client.start_workflow(
        row.workflow or "",
        row.start_input,
        id=row.workflow_id,
        task_queue=row.task_queue or "",
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        search_attributes=_attributes(row),
        static_summary=row.summary,
        memo={EVENT_MEMO: row.event_id},
        start_signal=row.signal,
        start_signal_args=[row.payload] if row.signal else [],
        rpc_timeout=RPC_TIMEOUT,
    )


async def _report(client: Client, row: OutboxRow) -> None:
    """Start a report as an activity of its own: its key is its id, so a second delivery finds it started.

    Temporal keeps it while the other tier is away, for a month, and shows it to ops if it is refused. A row that was
    never tried although Temporal knows its id comes from a database that was restored: the other tier may have
    forgotten it as well, so it is started once more, and changes nothing where it is known.
    """
    reuse = ActivityIDReusePolicy
    await client.start_activity(
        row.activity or "",
        row.start_input,
        id=row.event_id,
        **REPORTS[row.task_queue or ""],
        id_reuse_policy=reuse.REJECT_DUPLICATE if row.tried_before else reuse.ALLOW_DUPLICATE,
        summary=row.summary,
        rpc_timeout=RPC_TIMEOUT,
    )


async def _has_arrived(client: Client, row: OutboxRow) -> bool:
    """Whether an earlier delivery began or reached the workflow's last run. One that runs drops what it has seen."""
    try:
        found = await client.get_workflow_handle(row.workflow_id).describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    if await found.memo_value(EVENT_MEMO, default=None) == row.event_id:
        return True
    if row.signal is None or found.status is WorkflowExecutionStatus.RUNNING:
        return False
    return await _was_signalled(client, row, found.run_id)


async def _was_signalled(client: Client, row: OutboxRow, run_id: str | None) -> bool:
    """Whether this answer is in the history of a run that has ended."""
    run = client.get_workflow_handle(row.workflow_id, run_id=run_id)
    async for event in run.fetch_history_events(rpc_timeout=RPC_TIMEOUT):
        signal = event.workflow_execution_signaled_event_attributes
        if signal.signal_name == row.signal and signal.signal_name:
            [answer] = await client.data_converter.decode(signal.input.payloads)
            if answer["event_id"] == row.event_id:
                return True
    return False


def _attributes(row: OutboxRow) -> TypedSearchAttributes:
    pairs: list[SearchAttributePair[Any]] = []
    for name, value in row.search_attributes.items():
        key = sa.BY_NAME[name]
        typed = datetime.fromisoformat(value) if key.value_type is datetime else value
        if typed is not None and typed != "":
            pairs.append(SearchAttributePair[Any](cast(SearchAttributeKey[Any], key), typed))
    return TypedSearchAttributes(pairs)


def judge(row: OutboxRow, error: Exception) -> Verdict:
    """An outage never counts against a row; a row's own error does, and ends in `dead`."""
    if isinstance(error, WorkflowAlreadyStartedError | ActivityAlreadyStartedError):
        return Verdict.DELIVERED
    if isinstance(error, RPCError):
        if error.status in _OUTAGE:
            return Verdict.OUTAGE
        if error.status is RPCStatusCode.NOT_FOUND:
            # Between two tiers a lead's next workflow may be a moment away.
            if row.attempts + 1 < LOOKS_FOR_MISSING:
                return Verdict.RETRY
            return Verdict.DROPPED if row.when_missing == "drop" else Verdict.DEAD
        if error.status in _HOPELESS:
            return Verdict.DEAD
    # A client that cannot connect raises RuntimeError.
    if isinstance(error, TimeoutError | OSError | RuntimeError):
        return Verdict.OUTAGE
    if isinstance(error, TypeError | ValueError | KeyError | WorkflowFailureError):
        return Verdict.DEAD
    return Verdict.DEAD if row.attempts + 1 >= MAX_ATTEMPTS else Verdict.RETRY
