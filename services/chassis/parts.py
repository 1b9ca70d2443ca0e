"""Keeping the parts of a long-lived process running: each is restarted with backoff, counted, and hurts no other."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable

import asyncpg
import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily
from temporalio.service import RPCError

from services.chassis.db import Pool

log = structlog.get_logger(__name__)

Sweep = tuple[str, float, Callable[[Pool], Awaitable[object]]]
"""Name, seconds between two runs, what to do."""

FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 5.0
# Whoever ran this long was well; the next failure is a new one.
WELL_AFTER_SECONDS = 60.0
# What an unreachable PostgreSQL or Temporal looks like; anything else is a bug and is logged with its traceback.
_ABSENT = (OSError, RPCError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError)


class Parts:
    """The parts of one process."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._restarts: dict[str, int] = {}

    async def keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a part until it ends by itself; restart it with backoff whenever it fails."""
        self._restarts.setdefault(name, 0)
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                await run()
                return
            except Exception as error:
                if time.monotonic() - began > WELL_AFTER_SECONDS:
                    pause = FIRST_PAUSE_SECONDS
                _report(name, error, pause)
            self._restarts[name] += 1
            await wait(self._stop, pause)
            pause = min(MAX_PAUSE_SECONDS, pause * 2)

    async def keep_sweeping(self, sweep: Sweep, pool: Pool) -> None:
        """Run a sweep again and again until the process stops."""
        name, seconds, fn = sweep

        async def run() -> None:
            while not self._stop.is_set():
                await fn(pool)
                await wait(self._stop, seconds)

        await self.keep(name, run)

    async def collect(self, _: Pool) -> Iterable[Metric]:
        """Prometheus: how often each part had to be started again."""
        restarts = CounterMetricFamily(
            "leadrelay_part_restarts", "Parts that failed and were restarted", labels=["part"]
        )
        for name, count in self._restarts.items():
            restarts.add_metric([name], count)
        return [restarts]


def _report(name: str, error: Exception, pause: float) -> None:
    about = {"part": name, "error": f"{type(error).__name__}: {error}"[:300], "seconds": pause}
    # The SDK raises a plain RuntimeError when it cannot connect.
    if isinstance(error, _ABSENT) or (type(error) is RuntimeError and "connect" in str(error)):
        log.warning("part_waits", **about)
    else:
        log.error("part_failed", exc_info=error, **about)


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not beyond the stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
