"""Prometheus: requests by route template, the process and its pool, plus whatever it registers a collector for."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector as SyncCollector
from starlette.requests import Request

from services.chassis.db import Pool

Collector = Callable[[Pool], Awaitable[Iterable[Metric]]]
"""Tells what a part of the process knows at the moment of a scrape, e.g. how often its jobs ran."""

_BUCKETS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 15.0)
# A scrape that hangs shows nothing at all, just when the figures of the process itself are wanted.
_COLLECT_SECONDS = 5.0
_PROBE_SECONDS = 2.0
log = structlog.get_logger(__name__)


def may_scrape(request: Request, token: str | None) -> bool:
    """Whether a request for /metrics has its bearer token, if it has one."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return token is None or (scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode()))


class _Snapshot(SyncCollector):
    """Hands metrics that were read beforehand to prometheus_client, which cannot wait."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


async def pool_collector(pool: Pool) -> Iterable[Metric]:
    """Connections of the process's pool to its database."""
    family = GaugeMetricFamily(
        "leadrelay_pool_connections",
        "Connections to the database: `used`, `idle`, and the `most` there may be.",
        labels=["state"],
    )
    size, idle = pool.get_size(), pool.get_idle_size()
    for state, connections in (("used", size - idle), ("idle", idle), ("most", pool.get_max_size())):
        family.add_metric([state], connections)
    return [family]


class Metrics:
    """The metrics of one process; labels are bounded (route templates, never paths)."""

    def __init__(self, collectors: Sequence[Collector] = (), *, has_database: bool = True) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._collectors = [*([pool_collector] if has_database else []), *collectors]
        self._requests = Counter(
            "leadrelay_http_requests_total", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "leadrelay_http_request_seconds",
            "Time to answer.",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        # The operators' API has no database of its own, and says nothing of one.
        self._database_up = (
            Gauge("leadrelay_database_up", "1 if the database answered the last scrape.", registry=self.registry)
            if has_database
            else None
        )

    def register(self, collector: Collector) -> None:
        """Add a collector that is asked at every scrape."""
        self._collectors.append(collector)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    async def render(self, pool: Pool | None) -> bytes:
        """The exposition text. Whatever fails is left out, and the rest is shown."""
        if self._database_up is not None:
            self._database_up.set(await _answers(pool))
        gathered: list[Metric] = []
        for collector in self._collectors:
            if pool is None:
                break
            try:
                async with asyncio.timeout(_COLLECT_SECONDS):
                    gathered.extend(await collector(pool))
            except Exception as error:
                log.warning("metrics_collector_failed", error=type(error).__name__)
        extra = CollectorRegistry()
        extra.register(_Snapshot(gathered))
        return generate_latest(self.registry) + generate_latest(extra)


async def _answers(pool: Pool | None) -> bool:
    if pool is None:
        return False
    try:
        async with asyncio.timeout(_PROBE_SECONDS):
            await pool.fetchval("SELECT 1")
    except Exception:  # whatever the reason, it does not answer
        return False
    return True
