"""How many workflows of a tier failed and how many reports were refused: a metric, and a line in the log for each more.

Ops sees which ones with `leadrelay stuck`. One whose record is over, or that was started again, is counted no more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import LiteralString

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from temporalio.client import Client, WorkflowExecution
from temporalio.service import RPCError

from services.chassis.commands import leadrelay
from services.chassis.db import Pool
from services.chassis.ended import read_ended
from services.chassis.temporal.ended_badly import LOOKS_AT_MOST, left_over
from services.chassis.worker_health import Health
from workflows.contracts import queues
from workflows.contracts.base import Tier

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 60.0
_RPC_TIMEOUT = timedelta(seconds=10)
_FAILED = "ExecutionStatus = 'Failed' OR ExecutionStatus = 'TimedOut'"


class FailureWatch:
    """What the last look found; nothing while Temporal is unreachable. It keeps closed workflows for its retention."""

    def __init__(self, health: Health, tier: Tier, over: LiteralString) -> None:
        self._health, self._tier, self._over = health, tier, over
        self._found: dict[str, int] = {}

    async def look(self, pool: Pool) -> None:
        """A periodic job: count what failed."""
        if self._health.client is None:
            self._found = {}
            return
        try:
            found = await self._count(self._health.client, pool)
        # A client that cannot connect raises RuntimeError.
        except (RPCError, RuntimeError, OSError):
            self._found = {}
            return
        for what, count in found.items():
            if count > self._found.get(what, 0):
                log.error("more_has_failed", what=what, count=count, see=leadrelay("stuck"))
        self._found = found

    async def collect(self, _: Pool) -> Iterable[Metric]:
        """Prometheus: what failed and is still kept by Temporal."""
        family = GaugeMetricFamily("leadrelay_failed", "What failed and waits for a person", labels=["what", "tier"])
        for what, count in self._found.items():
            family.add_metric([what, self._tier], count)
        return [family]

    async def _count(self, client: Client, pool: Pool) -> dict[str, int]:
        async def over(found: Sequence[WorkflowExecution]) -> set[str]:
            async with pool.acquire() as conn:
                return await read_ended(conn, self._over, [one.id for one in found])

        query = f"TaskQueue = '{queues.BY_TIER[self._tier]}' AND ({_FAILED})"
        workflows, reports = await asyncio.gather(
            left_over(client, query, over, most=LOOKS_AT_MOST, rpc=_RPC_TIMEOUT),
            client.count_activities(query, rpc_timeout=_RPC_TIMEOUT),
        )
        return {"workflows": len(workflows), "reports": reports.count}
