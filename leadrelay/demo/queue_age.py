"""How far the workers are behind: the staff waits while tasks are old, as people would whose screens stand still.

Real callers and buyers are slower than a simulation. One that went on at its pace after a restart would keep the
workers from ever catching up.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

import httpx

from leadrelay.demo.day import Day

Turn = Callable[[], Coroutine[Any, Any, float]]
"""One turn of somebody's work; returns the seconds until the next one."""

OLD_SECONDS: Final = 10.0
"""As long as a workflow task may take before it begins anew."""
_LOOK_EVERY: Final = 2.0
_OLDEST: Final = re.compile(r"^leadrelay_task_queue_oldest_seconds\{.*\} (\S+)$", re.MULTILINE)


class QueueAge:
    """Looks at the figures that the workers publish; any of them knows every tier's queue."""

    def __init__(self, day: Day, workers: Sequence[str]) -> None:
        self._day = day
        self._workers = workers
        self._level = asyncio.Event()
        self._level.set()

    async def turn(self) -> float:
        """Look once; returns the seconds until the next look."""
        if await self.oldest() > OLD_SECONDS:
            self._level.clear()
        else:
            self._level.set()
        return _LOOK_EVERY

    async def oldest(self) -> float:
        """Age of the oldest task in seconds; 0 where no worker can tell, so that an unknown age stops nobody."""
        for worker in self._workers:
            with suppress(httpx.HTTPError, ValueError):
                text = (await self._day.http.get(f"{worker}/metrics")).raise_for_status().text
                if ages := [float(age) for age in _OLDEST.findall(text)]:
                    return max(ages)
        return 0.0

    def patient(self, turn: Turn) -> Turn:
        """The same turn, which begins only while the workers keep up."""

        async def wait_and_take_it() -> float:
            while not self._level.is_set():
                await self._day.pause(_LOOK_EVERY)
            return await turn()

        return wait_and_take_it
