"""Keeps one part running: started again with backoff whenever it ends, and somebody told about it."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from leadrelay.stack.errors import PartFailed
from leadrelay.stack.process import Part, end, how_it_ended, spawn

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
_STEADY_SECONDS = 30.0
_STARTS_BEFORE_READY = 3
_LOOK_EVERY = 0.1


class Watcher(Protocol):
    """Who is told what happens to the parts."""

    def started(self, part: Part, pid: int) -> None:
        """It has a new process."""

    def ended(self, part: Part) -> None:
        """Its process is gone."""

    def tell(self, text: str) -> None:
        """Something that people should read."""


class Keeper:
    """One part. `run` is its whole life; `wait_ready` and `stop` are for others."""

    def __init__(self, part: Part, watcher: Watcher) -> None:
        self.part = part
        self._watcher = watcher
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()
        # Whoever is not asked is as good as ready: it is started again however often it ends.
        self._was_ready = part.ready is None
        self._task: asyncio.Task[None] | None = None
        self._hasten: asyncio.Event | None = None

    def start(self) -> None:
        """Begin to keep it."""
        self._task = asyncio.create_task(self._run(), name=f"keep {self.part.name}")

    async def _run(self) -> None:
        pause, starts = _FIRST_PAUSE, 0
        while not self._stopping.is_set():
            since, starts = time.monotonic(), starts + 1
            how = await self._how_it_went()
            if self._stopping.is_set():
                return
            if not self._was_ready and starts >= _STARTS_BEFORE_READY:
                raise PartFailed(self.part.title, f"does not start ({how})", self.part.log)
            if time.monotonic() - since > _STEADY_SECONDS:
                pause = _FIRST_PAUSE
            self._watcher.tell(f"{self.part.title} ended ({how}); starting it again in {pause:g} s; {self.part.log}")
            await asyncio.wait([asyncio.ensure_future(self._stopping.wait())], timeout=pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    async def _how_it_went(self) -> str:
        try:
            return how_it_ended(await self._once())
        except PartFailed as error:
            if not self._was_ready:
                raise
            # It ran before, so what is in the way (memory, file handles) may go.
            return str(error).partition("\n")[0]

    async def _once(self) -> int:
        process = self._process = await spawn(self.part)
        if self._hasten is not None:  # `stop` came while it was being started, and found nothing to end
            await end(process, self.part, self._hasten)
        self._watcher.started(self.part, process.pid)
        if self.part.on_line is not None and process.stdout is not None:
            async for line in process.stdout:
                self.part.on_line(line)
        code = await process.wait()
        self._watcher.ended(self.part)
        return code

    async def wait_ready(self) -> None:
        """Return as soon as the part can do its work. Raises PartFailed if it ends or takes too long instead."""
        deadline = time.monotonic() + self.part.ready_seconds
        while self.part.ready is not None and not await self.part.ready():
            if self._task is not None and self._task.done():
                await self._task
            if time.monotonic() > deadline:
                what = f"is not ready after {self.part.ready_seconds:g} s"
                raise PartFailed(self.part.title, what, self.part.log)
            await asyncio.sleep(_LOOK_EVERY)
        self._was_ready = True

    async def stop(self, hasten: asyncio.Event) -> None:
        """End it for good."""
        self._hasten = hasten
        self._stopping.set()
        if self._process is not None:
            await end(self._process, self.part, hasten)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
