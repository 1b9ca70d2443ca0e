"""How far behind the workers are: the tasks that wait in Temporal's task queues, and the age of the oldest."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final, Literal, NamedTuple

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

from workflows.contracts import queues

Kind = Literal["workflow", "activity"]
_KINDS: Final[dict[Kind, TaskQueueType.ValueType]] = {
    "workflow": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "activity": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}
_RPC_TIMEOUT = timedelta(seconds=2)


class Backlog(NamedTuple):
    """What waits in one task queue. `oldest` is in seconds, 0 when nothing waits; Temporal calls both approximate."""

    queue: str
    kind: Kind
    waiting: int
    oldest: float


async def backlogs(client: Client, names: tuple[str, ...] = tuple(queues.BY_TIER.values())) -> list[Backlog]:
    """The workflow and the activity tasks of each queue, by default of every tier's. Raises RPCError."""
    return list(await asyncio.gather(*(_backlog(client, name, kind) for name in names for kind in _KINDS)))


async def _backlog(client: Client, name: str, kind: Kind) -> Backlog:
    found = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=name),
            task_queue_type=_KINDS[kind],
            report_stats=True,
        ),
        timeout=_RPC_TIMEOUT,
    )
    waiting = found.stats.approximate_backlog_count
    age = found.stats.approximate_backlog_age.ToTimedelta().total_seconds()
    return Backlog(name, kind, waiting, age if waiting else 0.0)
