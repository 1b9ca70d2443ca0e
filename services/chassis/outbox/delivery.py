"""One delivery: from an outbox row to a call to Temporal, and what an error means for the row."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, cast

from temporalio.client import Client, WorkflowFailureError
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from services.chassis.outbox.rows import OutboxRow
from workflows.contracts import search_attributes as sa

RPC_TIMEOUT = timedelta(seconds=10)
EVENT_MEMO = "event_id"
MAX_ATTEMPTS = 8
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
    if row.workflow is None:
        handle = client.get_workflow_handle(row.workflow_id)
        await handle.signal(row.signal or "", row.payload, rpc_timeout=RPC_TIMEOUT)
        return
    # A second delivery after a crash between the call and its record must not begin a second life of a workflow that
    # has already ended: the first one carries this row's event id.
    if row.signal is None and await _already_started(client, row):
        return
    await client.start_workflow(
        row.workflow,
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


async def _already_started(client: Client, row: OutboxRow) -> bool:
    try:
        found = await client.get_workflow_handle(row.workflow_id).describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return bool(await found.memo_value(EVENT_MEMO, default=None) == row.event_id)


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
    if isinstance(error, WorkflowAlreadyStartedError):
        return Verdict.DELIVERED
    if isinstance(error, RPCError):
        if error.status in _OUTAGE:
            return Verdict.OUTAGE
        if error.status is RPCStatusCode.NOT_FOUND:
            return Verdict.DROPPED if row.when_missing == "drop" else Verdict.DEAD
        if error.status in _HOPELESS:
            return Verdict.DEAD
    # A client that cannot connect raises RuntimeError.
    if isinstance(error, TimeoutError | OSError | RuntimeError):
        return Verdict.OUTAGE
    if isinstance(error, TypeError | ValueError | KeyError | WorkflowFailureError):
        return Verdict.DEAD
    return Verdict.DEAD if row.attempts + 1 >= MAX_ATTEMPTS else Verdict.RETRY
