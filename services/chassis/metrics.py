"""Gauges of durable work, read from the database when /metrics is asked."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from services.chassis.db import Pool
from services.chassis.outbox import rows

# Each half is counted in its own partial index, a million open items in an index-only scan.
_OPEN_WORK = """
SELECT kind, 'open' AS state, count(*) AS items FROM work_items WHERE state = 'open' GROUP BY kind
 UNION ALL
SELECT kind, 'leased', count(*) FROM work_items WHERE state = 'leased' GROUP BY kind
"""


async def durable_collector(pool: Pool) -> Sequence[Metric]:
    """Outbox: rows waiting, rows set aside, age of the oldest. Work items: open and leased by kind."""
    async with pool.acquire() as conn:
        backlog = await rows.backlog(conn)
        open_work = await conn.fetch(_OPEN_WORK)
    work = GaugeMetricFamily("leadrelay_work_items", "Work waiting for people", labels=["kind", "state"])
    for row in open_work:
        work.add_metric([row["kind"], row["state"]], row["items"])
    return [
        GaugeMetricFamily("leadrelay_outbox_pending", "Answers on their way", value=backlog.pending),
        GaugeMetricFamily("leadrelay_outbox_dead", "Answers set aside for a person", value=backlog.dead),
        GaugeMetricFamily("leadrelay_outbox_oldest_seconds", "Age of the oldest answer waiting", value=backlog.oldest),
        work,
    ]
