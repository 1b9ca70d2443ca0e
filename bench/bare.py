"""The limit: bare Temporal workflows with the signals, timers and activities of a life, and nothing else.

No database, no encryption, no search attributes. Client and worker share a process, which gives them a head start.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

QUEUE = "bare"
AT_ONCE = 300
TIMEOUT = timedelta(seconds=30)


@dataclass
class Steps:
    """What one workflow of a life does."""

    signals: int
    activities: int
    local_activities: int
    timers: int


@activity.defn
async def nothing() -> None:
    """An activity without a body."""


@workflow.defn(sandboxed=False)
class Bare:
    """Waits for a signal, runs its share of activities, waits for the next signal."""

    def __init__(self) -> None:
        self._came = 0
        self._done = 0

    @workflow.run
    async def run(self, steps: Steps) -> None:
        """Spread activities and timers evenly over the signals."""
        turns = max(steps.signals, 1)
        for turn in range(turns):
            if steps.signals:
                await workflow.wait_condition(lambda turn=turn: self._came > turn)  # type: ignore[misc]
            for _ in range(_share(steps.timers, turn, turns)):
                await workflow.sleep(timedelta(milliseconds=1))
            for _ in range(_share(steps.activities, turn, turns)):
                await workflow.execute_activity(nothing, start_to_close_timeout=TIMEOUT)
            for _ in range(_share(steps.local_activities, turn, turns)):
                await workflow.execute_local_activity(nothing, start_to_close_timeout=TIMEOUT)
            self._done += 1

    @workflow.signal
    def go(self) -> None:
        """The answer the workflow is waiting for."""
        self._came += 1


def _share(total: int, turn: int, turns: int) -> int:
    return total * (turn + 1) // turns - total * turn // turns


async def lives_per_second(address: str, lives: int, plan: Mapping[str, Steps]) -> float:
    """Lives per second, when `lives` of them run, `AT_ONCE` at a time."""
    client = await Client.connect(address)
    gate = asyncio.Semaphore(AT_ONCE)

    async def life(number: int) -> None:
        async with gate:
            for name, steps in plan.items():
                handle = await client.start_workflow(
                    Bare.run, steps, id=f"bare:{name}:{number}", task_queue=QUEUE, task_timeout=TIMEOUT
                )
                for _ in range(steps.signals):
                    await handle.signal(Bare.go)
                await handle.result()

    async with Worker(client, task_queue=QUEUE, workflows=[Bare], activities=[nothing]):
        began = time.perf_counter()
        await asyncio.gather(*(life(number) for number in range(lives)))
        return lives / (time.perf_counter() - began)
