"""Keeps one process running: restarts it with backoff whenever it ends, and reports what happens."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from leadrelay.stack.errors import ProcessFailed
from leadrelay.stack.process import ProcessSpec, exit_reason, spawn, stop

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
_STEADY_SECONDS = 30.0
_STARTS_BEFORE_READY = 3
_POLL_SECONDS = 0.1


class Listener(Protocol):
    """Who is told what happens to the processes."""

    def pid_changed(self, spec: ProcessSpec, pid: int | None) -> None:
        """It runs as this process now, or has ended."""

    def tell(self, text: str) -> None:
        """Something people should read."""


class Supervisor:
    """Runs one process from the moment it is made until `stop`. Setting `hurry` cuts a polite stop short."""

    def __init__(self, spec: ProcessSpec, listener: Listener, hurry: asyncio.Event) -> None:
        self._spec = spec
        self._listener = listener
        self._hurry = hurry
        # Without a readiness check a process counts as ready: it is restarted however often it ends.
        self._was_ready = spec.ready is None
        self._task = asyncio.create_task(self._supervise(), name=f"supervise {spec.name}")

    async def _supervise(self) -> None:
        title, log = self._spec.title, self._spec.log
        pause, starts = _FIRST_PAUSE, 0
        while True:
            began, starts = time.monotonic(), starts + 1
            try:
                reason = exit_reason(await self._run_once())
            except ProcessFailed as error:
                if not self._was_ready:
                    raise
                # It ran before, so what is in the way (memory, file handles) may pass.
                reason = str(error).partition("\n")[0]
            if not self._was_ready and starts >= _STARTS_BEFORE_READY:
                raise ProcessFailed(title, f"does not start ({reason})", log)
            if time.monotonic() - began > _STEADY_SECONDS:
                pause = _FIRST_PAUSE
            self._listener.tell(f"{title} ended ({reason}); restarting in {pause:g} s. Log: {log}")
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    async def _run_once(self) -> int:
        process = await spawn(self._spec)
        try:
            self._listener.pid_changed(self._spec, process.pid)
            if self._spec.on_line is not None and process.stdout is not None:
                async for line in process.stdout:
                    self._spec.on_line(line)
            return await process.wait()
        finally:
            await stop(process, self._spec, self._hurry)
            self._listener.pid_changed(self._spec, None)

    async def wait_ready(self) -> None:
        """Return once the process can do its work. Raises ProcessFailed if it ends for good or takes too long."""
        spec = self._spec
        deadline = time.monotonic() + spec.ready_seconds
        while spec.ready is not None and not await spec.ready():
            if self._task.done():
                await self._task
            if time.monotonic() > deadline:
                raise ProcessFailed(spec.title, f"is not ready after {spec.ready_seconds:g} s", spec.log)
            await asyncio.sleep(_POLL_SECONDS)
        self._was_ready = True

    async def stop(self) -> None:
        """Stop it for good."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
