"""Keeps the long-lived tasks of a process running: one that fails is started again with backoff, counted, and never
takes the others down."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import asyncpg
import structlog
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from temporalio.service import RPCError

from services.chassis.db import Pool

log = structlog.get_logger(__name__)

PeriodicJob = tuple[str, float, Callable[[Pool], Awaitable[object]]]
"""Name, seconds between the end of one run and the start of the next, what to do."""

FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 5.0
# A task that ran this long was healthy; its next failure is a new one.
HEALTHY_AFTER_SECONDS = 60.0
# What an unreachable PostgreSQL or Temporal looks like; anything else is a bug and is logged with its traceback.
_UNREACHABLE = (
    OSError,
    RPCError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
)


@dataclass
class _JobRuns:
    """What came of a periodic job in this process."""

    runs: int = 0
    failures: int = 0
    seconds: float = 0.0
    succeeded_at: float | None = None


class Background:
    """The background tasks of one process. `stop` ends them all."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._restarts: dict[str, int] = {}
        self._jobs: dict[str, _JobRuns] = {}

    async def keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run a task until it returns; whenever it raises, start it again after a pause that doubles up to 5 s."""
        self._restarts.setdefault(name, 0)
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                await run()
                return
            except Exception as error:
                if time.monotonic() - began > HEALTHY_AFTER_SECONDS:
                    pause = FIRST_PAUSE_SECONDS
                _report(name, error, pause)
            self._restarts[name] += 1
            await wait(self._stop, pause)
            pause = min(MAX_PAUSE_SECONDS, pause * 2)

    async def repeat(self, job: PeriodicJob, pool: Pool) -> None:
        """Run a periodic job again and again until the process stops."""
        name, seconds, fn = job
        counted = self._jobs.setdefault(name, _JobRuns())

        async def run() -> None:
            while not self._stop.is_set():
                await _counted(fn(pool), counted)
                await wait(self._stop, seconds)

        await self.keep(name, run)

    async def collect(self, _: Pool) -> Iterable[Metric]:
        """Prometheus: runs and failures of the periodic jobs, and how often each task had to be started again."""
        restarts = CounterMetricFamily(
            "leadrelay_part_restarts", "Background tasks that failed and were started again.", labels=["part"]
        )
        for name, count in self._restarts.items():
            restarts.add_metric([name], count)
        return [restarts, *self._job_metrics()]

    def _job_metrics(self) -> list[Metric]:
        # Not `job`: Prometheus has a label of that name.
        runs = CounterMetricFamily("leadrelay_job_runs", "Runs of periodic jobs in this process.", labels=["task"])
        failures = CounterMetricFamily("leadrelay_job_failures", "Runs that failed.", labels=["task"])
        seconds = CounterMetricFamily("leadrelay_job_seconds", "Time that the runs took.", labels=["task"])
        succeeded = GaugeMetricFamily(
            "leadrelay_job_last_success_timestamp_seconds", "When a run last succeeded.", labels=["task"]
        )
        for name, job in self._jobs.items():
            runs.add_metric([name], job.runs)
            failures.add_metric([name], job.failures)
            seconds.add_metric([name], job.seconds)
            if job.succeeded_at is not None:
                succeeded.add_metric([name], job.succeeded_at)
        return [runs, failures, seconds, succeeded]


async def _counted(run: Awaitable[object], job: _JobRuns) -> None:
    began = time.monotonic()
    try:
        await run
        job.succeeded_at = time.time()
    except Exception:
        job.failures += 1
        raise
    finally:
        job.runs += 1
        job.seconds += time.monotonic() - began


def _report(name: str, error: Exception, pause: float) -> None:
    about = {"task": name, "error": f"{type(error).__name__}: {error}"[:300], "seconds": pause}
    # The SDK raises a plain RuntimeError when it cannot connect.
    if isinstance(error, _UNREACHABLE) or (type(error) is RuntimeError and "connect" in str(error)):
        log.warning("background_task_waits", **about)
    else:
        log.error("background_task_failed", exc_info=error, **about)


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not beyond the stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
