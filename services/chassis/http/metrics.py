"""Prometheus: requests by route template, plus whatever the process registers a collector for."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector as SyncCollector
from starlette.requests import Request

from services.chassis.db import Pool

Collector = Callable[[Pool], Awaitable[Iterable[Metric]]]
"""Reads gauges from the database at the moment of a scrape, e.g. work items by state."""

_BUCKETS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 15.0)
# A scrape that hangs shows nothing at all, just when the figures of the process itself are wanted.
_COLLECT_SECONDS = 5.0
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


class Metrics:
    """The metrics of one process; labels are bounded (route templates, never paths)."""

    def __init__(self, collectors: Sequence[Collector] = ()) -> None:
        self.registry = CollectorRegistry()
        self._collectors = list(collectors)
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
        self._database_up = Gauge(
            "leadrelay_database_up", "1 if the last scrape could read the database.", registry=self.registry
        )

    def register(self, collector: Collector) -> None:
        """Add a collector that is asked at every scrape."""
        self._collectors.append(collector)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    async def render(self, pool: Pool | None) -> bytes:
        """The exposition text. Without a database only its own figures are missing."""
        gathered: list[Metric] = []
        try:
            async with asyncio.timeout(_COLLECT_SECONDS):
                if pool is not None:
                    for collector in self._collectors:
                        gathered.extend(await collector(pool))
            self._database_up.set(1)
        except Exception as error:
            log.warning("metrics_collector_failed", error=type(error).__name__)
            self._database_up.set(0)
        extra = CollectorRegistry()
        extra.register(_Snapshot(gathered))
        return generate_latest(self.registry) + generate_latest(extra)
