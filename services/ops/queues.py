"""Each tier's task queue: who polls it, and what waits in it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client
from temporalio.service import RPCError

from services.chassis.sentences import said
from services.ops.domain.queues import Queue
from services.ops.histories import RPC_SECONDS, TemporalAway
from workflows.contracts import queues
from workflows.contracts.base import Tier

_KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
# A worker asks again after a minute at the latest; Temporal remembers it for five.
_FRESH = timedelta(seconds=90)
# A busy worker asks again as soon as one of its tasks is done: with something to take it is never silent for so long.
_SILENT = timedelta(seconds=20)


async def queues_of(client: Client) -> dict[Tier, Queue]:
    """Every tier's queue. Raises TemporalAway."""
    try:
        return dict(await asyncio.gather(*(_queue(client, tier, name) for tier, name in queues.BY_TIER.items())))
    # A client that cannot connect raises RuntimeError.
    except (RPCError, RuntimeError, OSError) as error:
        raise TemporalAway(said(f"does not answer ({str(error).partition(':')[0][:80]})")) from None


async def _queue(client: Client, tier: Tier, name: str) -> tuple[Tier, Queue]:
    found = await asyncio.gather(*(_describe(client, name, kind) for kind in _KINDS))
    oldest = max((one.stats.approximate_backlog_age.ToTimedelta() for one in found), default=timedelta(0))
    waiting = sum(one.stats.approximate_backlog_count for one in found)
    workers = at_work([poller for one in found for poller in one.pollers], oldest if waiting else timedelta(0))
    return tier, Queue(
        name=name,
        workers=sorted(workers),
        waiting=waiting,
        oldest_seconds=oldest.total_seconds() if waiting else 0.0,
        added=sum(one.stats.tasks_add_rate for one in found),
        done=sum(one.stats.tasks_dispatch_rate for one in found),
    )


def at_work(pollers: Iterable[PollerInfo], oldest: timedelta, now: datetime | None = None) -> set[str]:
    """Who is still there of those that Temporal remembers, while the oldest task has waited for so long.

    A worker that is there takes a task at once or, when it is busy, asks again as soon as it can: who is silent while
    tasks wait has stopped. It may have asked a moment before they came, so it is not asked whether it did since.
    """
    patience = _SILENT if oldest > _SILENT else _FRESH
    since = (now or datetime.now(UTC)) - patience
    return {one.identity for one in pollers if one.last_access_time.ToDatetime(tzinfo=UTC) >= since}


async def _describe(client: Client, name: str, kind: TaskQueueType.ValueType) -> DescribeTaskQueueResponse:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=name), task_queue_type=kind, report_stats=True
    )
    return await client.workflow_service.describe_task_queue(request, timeout=RPC_SECONDS)
