"""Workflows that ended badly while nobody has started them again, as Temporal knows them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client
from temporalio.client import WorkflowExecution as Execution
from temporalio.service import RPCError

from services.chassis.sentences import said
from services.chassis.stories import typed
from services.chassis.temporal.ended_badly import left_over
from services.ops.domain.failures import Failed
from services.ops.histories import RPC_SECONDS, TemporalAway, word

MOST = 30
Ended = Callable[[Sequence[tuple[str, str]]], Awaitable[set[str]]]
"""Of workflows, each with its queue, those that their records need no more."""
_BADLY = "ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated')"
_FAILED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED
_TERMINATED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED


class Failures:
    """Remembers why a run failed, which never changes."""

    def __init__(self) -> None:
        self._why: dict[str, str] = {}

    async def read(self, client: Client, ended: Ended) -> list[Failed]:
        """Those that ended last and that somebody still needs, one line for each workflow. Raises TemporalAway."""
        try:
            left = await left_over(client, _BADLY, partial(_over, ended), most=MOST, rpc=RPC_SECONDS)
            return list(await asyncio.gather(*map(partial(self._failed, client), left)))
        # A client that cannot connect raises RuntimeError.
        except (RPCError, RuntimeError, OSError) as error:
            raise TemporalAway(said(f"does not answer ({str(error).partition(':')[0][:80]})")) from None

    async def _failed(self, client: Client, one: Execution) -> Failed:
        if one.run_id not in self._why:
            if len(self._why) > MOST * 10:
                self._why.clear()
            self._why[one.run_id] = await _why(client, one.id, one.run_id)
        return Failed(
            workflow_id=one.id, kind=one.workflow_type, queue=one.task_queue, status=word(one.status),
            at=one.close_time or one.start_time, why=self._why[one.run_id],
        )  # fmt: skip


async def _over(ended: Ended, found: Sequence[Execution]) -> set[str]:
    return await ended([(one.id, one.task_queue) for one in found])


async def why_ended(client: Client, workflow_id: str, run_id: str) -> str:
    """Why a run ended, as its last event says; nothing while Temporal is away."""
    try:
        return await _why(client, workflow_id, run_id)
    # A client that cannot connect raises RuntimeError.
    except (RPCError, RuntimeError, OSError):
        return ""


async def _why(client: Client, workflow_id: str, run_id: str) -> str:
    answer = await client.workflow_service.get_workflow_execution_history_reverse(
        GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            maximum_page_size=1,
        ),
        timeout=RPC_SECONDS,
    )
    for event in answer.history.events:
        if event.event_type == _FAILED:
            failure = event.workflow_execution_failed_event_attributes.failure
            return typed(failure.cause.message or failure.message)
        if event.event_type == _TERMINATED:
            return typed(event.workflow_execution_terminated_event_attributes.reason)
    return ""
