"""Work whose lease ran out goes back to its queue, and how often that happens is counted."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily

from services.chassis import work_items
from services.chassis.db import Pool


class LeaseReturn:
    """A periodic job. Each lease that ran out is returned by one process, so a sum over all is right."""

    def __init__(self) -> None:
        self._returned = 0

    async def run(self, pool: Pool) -> None:
        """Return what ran out by now."""
        async with pool.acquire() as conn:
            self._returned += await work_items.return_expired(conn)

    async def collect(self, _: Pool) -> Iterable[Metric]:
        """Prometheus: leases that ran out."""
        return [CounterMetricFamily("leadrelay_leases_expired", "Leases of work that ran out.", value=self._returned)]
