"""Plans of this process: one is simulated at a time, a few wait, and the last ones are kept to be looked at.

A plan is no record of the house: nothing is lost when the process ends, and the same plan with the same seed gives the
same answer again.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast

import structlog

from services.chassis.db import new_id
from services.chassis.errors import Conflict, NotFound, Unavailable
from services.ops.simulation import PLANS, Plan

State = Literal["queued", "running", "done", "failed", "cancelled"]
MOST_WAITING = 5
MOST_KEPT = 50
# 2,000 runs of a large house take minutes; whatever takes longer hangs.
LONGEST_SECONDS = 900
_LINE_BYTES = 4 << 20
_GONE = "there is no such plan; this process keeps the last fifty, until it is started again"

log = structlog.get_logger(__name__)


@dataclass
class Job:
    """A plan that somebody asked for, and how far it is. `done` counts runs; `changed` are assumptions set by hand."""

    id: str
    plan: Plan
    asked_by: str
    asked_at: datetime
    key: str | None = None
    changed: Mapping[str, float] = field(default_factory=dict)
    state: State = "queued"
    done: int = 0
    answer: dict[str, Any] | None = None
    problem: str | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ("done", "failed", "cancelled")


class Plans:
    """See the module's docstring."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._turn = asyncio.Lock()

    def ask(self, plan: Plan, person: str, key: str | None = None, changed: Mapping[str, float] | None = None) -> Job:
        """A plan is queued; with the key of an earlier one, that one again.

        Raises Conflict for a key that was used for another plan, Unavailable while too many wait.
        """
        for known in self._jobs.values():
            if key is not None and (known.key, known.asked_by) == (key, person):
                if known.plan != plan:
                    raise Conflict("this key was used for another plan", code="idempotency_mismatch")
                return known
        if sum(not job.is_over for job in self._jobs.values()) > MOST_WAITING:
            raise Unavailable("too many plans wait already; try again in a minute", code="plans_wait", retry_after=60)
        job = Job(new_id(), plan, person, datetime.now(UTC), key, changed or {})
        self._jobs[job.id] = job
        self._forget()
        job.task = asyncio.create_task(self._carry_out(job), name=f"plan {job.id}")
        return job

    def get(self, plan_id: str) -> Job:
        """One plan. Raises NotFound for one that is not kept any more."""
        if plan_id not in self._jobs:
            raise NotFound(_GONE)
        return self._jobs[plan_id]

    def latest(self, person: str) -> Job | None:
        """What this person asked for last; none if that is not kept any more."""
        return next((job for job in reversed(self._jobs.values()) if job.asked_by == person), None)

    def cancel(self, plan_id: str) -> Job:
        """Stop a plan; one that is over stays as it is. Raises NotFound."""
        job = self.get(plan_id)
        if not job.is_over:
            job.state = "cancelled"
            if job.task is not None:
                job.task.cancel()
        return job

    def _forget(self) -> None:
        over = [job.id for job in self._jobs.values() if job.is_over]
        for plan_id in over[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[plan_id]

    async def _carry_out(self, job: Job) -> None:
        try:
            async with self._turn:
                job.state = "running"
                async with asyncio.timeout(LONGEST_SECONDS):
                    await _simulate(job)
        except TimeoutError:
            _fail(job, f"it was not done after {LONGEST_SECONDS // 60} minutes; plan for fewer runs, leads or weeks")
        except asyncio.CancelledError:
            job.state = "cancelled"
            raise
        except Exception:
            log.exception("plan_failed", plan=job.id)
            _fail(job, "the simulation broke off; the log of the operators' api has the reason")


def _fail(job: Job, why: str) -> None:
    job.state, job.problem = "failed", why


async def _simulate(job: Job) -> None:
    """In a process of its own: the house's requests come first, and it can be ended at any moment."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.ops.simulation",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE_BYTES, start_new_session=True,
    )  # fmt: skip
    asked, told = cast(asyncio.StreamWriter, process.stdin), cast(asyncio.StreamReader, process.stdout)
    try:
        asked.write(PLANS.dump_json(job.plan))
        asked.close()
        async for line in told:
            _take(job, json.loads(line))
        if await process.wait() and not job.is_over:
            raise RuntimeError(f"the simulation ended with {process.returncode}")
    finally:
        # Its own processes with it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _take(job: Job, said: dict[str, Any]) -> None:
    if "answer" in said:
        job.answer, job.state = said["answer"], "done"
    elif "refused" in said:
        _fail(job, f"{said['refused']['field']}: {said['refused']['reason']}")
    else:
        job.done = said["done"]
