"""Workflows that are ahead of their records: they went on in a time that a restored database has forgotten.

Temporal keeps the time of every event. A workflow with one between the backup and the restore may wait for work that
was never asked for, or know an answer that nobody gave; one that was quiet fits its record as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from leadrelay.check.executions import AT_ONCE, RPC_SECONDS
from leadrelay.check.facts import TIER_OF, Execution, Restored

_PAGE = 100
# The clocks of Temporal and of PostgreSQL differ; a workflow too many that is started again does no harm.
CLOCKS_DIFFER = timedelta(seconds=1)


async def ahead(
    client: Client, workflows: Iterable[Execution], restored: Mapping[str, Sequence[Restored]]
) -> frozenset[str]:
    """Ids of those that went on while their tier's database did not; none if nothing was restored. Raises RPCError."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(workflow_id: str, gaps: Sequence[Restored]) -> str | None:
        async with gate:
            for gap in gaps:
                if await _moved(client, workflow_id, gap.taken_at - CLOCKS_DIFFER, gap.restored_at):
                    return workflow_id
        return None

    wanted = [(one.workflow_id, restored.get(TIER_OF.get(one.kind, ""), ())) for one in workflows]
    found = await asyncio.gather(*(one(workflow_id, gaps) for workflow_id, gaps in wanted if gaps))
    return frozenset(workflow_id for workflow_id in found if workflow_id)


async def _moved(client: Client, workflow_id: str, since: datetime, until: datetime) -> bool:
    """Whether it has an event in this time, in its present run or in one that this run continues."""
    run_id, token = "", b""
    while True:
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=workflow_id, run_id=run_id),
            maximum_page_size=_PAGE,
            next_page_token=token,
        )
        try:
            page = await client.workflow_service.get_workflow_execution_history_reverse(request, timeout=RPC_SECONDS)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        for event in page.history.events:
            at = event.event_time.ToDatetime(tzinfo=UTC)
            if at <= until:
                return at > since
        token = page.next_page_token
        if not token:
            started = page.history.events[-1].workflow_execution_started_event_attributes
            run_id = started.continued_execution_run_id
            if not run_id:
                return False
