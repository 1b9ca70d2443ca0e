"""How many workflows failed and how many reports were refused: a metric, and a line in the log when there are more.

Ops sees which ones with `leadrelay stuck`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from temporalio.client import Client
from temporalio.service import RPCError

from services.chassis.commands import leadrelay
from services.chassis.db import Pool
from services.chassis.worker_health import Health

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 60.0
_RPC_TIMEOUT = timedelta(seconds=10)
_FAILED = "ExecutionStatus = 'Failed' OR ExecutionStatus = 'TimedOut'"


class FailureWatch:
    """What the last look found; nothing while Temporal is unreachable. It keeps closed workflows for its retention."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._found: dict[str, int] = {}

    async def look(self, _: Pool) -> None:
        """A periodic job: count what failed."""
        if self._health.client is None:
            self._found = {}
            return
        try:
            found = await _count(self._health.client)
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
        family = GaugeMetricFamily("leadrelay_failed", "What failed and waits for a person", labels=["what"])
        for what, count in self._found.items():
            family.add_metric([what], count)
        return [family]


async def _count(client: Client) -> dict[str, int]:
    workflows, reports = await asyncio.gather(
        client.count_workflows(_FAILED, rpc_timeout=_RPC_TIMEOUT),
        client.count_activities(_FAILED, rpc_timeout=_RPC_TIMEOUT),
    )
    return {"workflows": workflows.count, "reports": reports.count}
