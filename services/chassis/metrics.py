"""Gauges of durable work, read from the database whenever /metrics is scraped."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from services.chassis import work_items
from services.chassis.db import Pool, acquire
from services.chassis.outbox import rows


async def durable_collector(pool: Pool) -> Sequence[Metric]:
    """Outbox: rows waiting, rows set aside, age of the oldest. Work items: open and leased by kind."""
    async with acquire(pool) as conn:
        backlog = await rows.backlog(conn)
        waiting = await work_items.count_waiting(conn)
    work = GaugeMetricFamily("leadrelay_work_items", "Work items waiting for people", labels=["kind", "state"])
    for (kind, state), items in waiting.items():
        work.add_metric([kind, state], items)
    return [
        GaugeMetricFamily("leadrelay_outbox_pending", "Answers waiting for delivery", value=backlog.pending),
        GaugeMetricFamily("leadrelay_outbox_dead", "Answers set aside for a person", value=backlog.dead),
        GaugeMetricFamily("leadrelay_outbox_oldest_seconds", "Age of the oldest answer waiting", value=backlog.oldest),
        work,
    ]
