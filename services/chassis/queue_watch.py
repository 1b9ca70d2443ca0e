"""The age of the oldest task in each task queue: a metric for Prometheus, and a line in the log when a tier is behind.

Every worker watches the queues of all tiers, so that a tier whose workers have all stopped is noticed too.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from temporalio.service import RPCError

from services.chassis.db import Pool
from services.chassis.temporal.task_queues import Backlog, backlogs
from services.chassis.worker_health import Health

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 5.0
# Three times what a workflow task may take before it begins anew; deploy/prometheus/alerts.yaml alarms at the same age.
OLD_AFTER_SECONDS = 30.0
_LABELS = ["task_queue", "kind"]


class QueueWatch:
    """What the last look found. Nothing while Temporal is unreachable, which `/readyz` says."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._found: list[Backlog] = []
        self._old: set[tuple[str, str]] = set()
        self._blind = False

    async def look(self, _: Pool) -> None:
        """A periodic job: ask Temporal, and say when a queue becomes old and when it is level again."""
        if self._health.client is None:
            self._found = []
            return
        try:
            self._found = await backlogs(self._health.client)
        # A client that cannot connect raises RuntimeError.
        except (RPCError, RuntimeError, OSError) as error:
            if not self._blind:
                log.warning("task_queues_not_seen", error=str(error)[:300])
            self._found, self._blind = [], True
            return
        self._blind = False
        for backlog in self._found:
            self._report(backlog)

    def _report(self, backlog: Backlog) -> None:
        name = (backlog.queue, backlog.kind)
        if backlog.oldest > OLD_AFTER_SECONDS and name not in self._old:
            self._old.add(name)
            log.warning("task_queue_is_old", **backlog._asdict())
        elif not backlog.waiting and name in self._old:
            self._old.discard(name)
            log.info("task_queue_is_level", **backlog._asdict())

    async def collect(self, _: Pool) -> Iterable[Metric]:
        """Prometheus: tasks waiting and age of the oldest, by queue and kind."""
        waiting = GaugeMetricFamily(
            "leadrelay_task_queue_waiting", "Tasks that no worker has taken (about)", labels=_LABELS
        )
        oldest = GaugeMetricFamily(
            "leadrelay_task_queue_oldest_seconds", "Age of the oldest task that no worker has taken", labels=_LABELS
        )
        for backlog in self._found:
            waiting.add_metric([backlog.queue, backlog.kind], backlog.waiting)
            oldest.add_metric([backlog.queue, backlog.kind], backlog.oldest)
        return [waiting, oldest]
