"""Processes that replay, each one history at a time: so many cores work, and so many histories are in memory."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager

from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory

from leadrelay.replay.sources import Run, Source

# To start a process takes as long as to replay about so many histories.
_WORTH_A_PROCESS = 50
KeyRing = Sequence[tuple[str, bytes]]
Heard = Callable[[Run, str | None, float], None]


async def replay_all(source: Source, runs: Iterable[Run], helpers: Sequence[Helper], heard: Heard) -> int:
    """Replay each run, and tell its misfit and its seconds. How many have gone from the server since they were listed.

    Raises RPCError, ValueError for a file that is no history, RuntimeError when a process ends.
    """
    waiting, gone = iter(runs), 0

    async def work(helper: Helper) -> None:
        nonlocal gone
        for run in waiting:
            history = await source.history(run)
            if history is None:
                gone += 1
                continue
            heard(run, *await helper.misfit(history))

    try:
        async with asyncio.TaskGroup() as group:
            for helper in helpers:
                group.create_task(work(helper))
    except ExceptionGroup as several:
        raise several.exceptions[0] from None
    return gone


@asynccontextmanager
async def crew(count: int, ring: KeyRing, *, sandbox: bool, most: int | None = None) -> AsyncIterator[list[Helper]]:
    """As many processes as `count` histories are worth, `most` at the most, by default one for each core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    helpers: list[Helper] = []
    try:
        for _ in range(min(most or cores, 1 + count // _WORTH_A_PROCESS)):
            helpers.append(await Helper.start(ring, sandbox=sandbox))
        yield helpers
    finally:
        for helper in helpers:
            await helper.dismiss()


class Helper:
    """One process that replays what it is given: `leadrelay.replay.helper` says how it is spoken to."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - they are pipes
        self._process, self._asks, self._answers = process, process.stdin, process.stdout

    @classmethod
    async def start(cls, ring: KeyRing, *, sandbox: bool) -> Helper:
        """A new process. The keys go through a pipe, where nobody else reads them."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "leadrelay.replay.helper")
        helper = cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))
        keys = [(key_id, base64.b64encode(key).decode()) for key_id, key in ring]
        helper._send(json.dumps({"keys": keys, "sandbox": sandbox}).encode())
        return helper

    async def misfit(self, history: WorkflowHistory) -> tuple[str | None, float]:
        """Why the code does not fit, if so, and how many seconds it took to see. Raises RuntimeError if it ends."""
        self._send(history.workflow_id.encode())
        self._send(History(events=history.events).SerializeToString())
        try:
            await self._asks.drain()
            length = int.from_bytes(await self._answers.readexactly(4), "big")
            answer = json.loads(await self._answers.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            code = await self._process.wait()
            raise RuntimeError(
                f"The process that replayed {history.workflow_id} ended (exit code {code}): not enough memory?"
            ) from None
        return answer["misfit"], answer["seconds"]

    def _send(self, message: bytes) -> None:
        self._asks.write(len(message).to_bytes(4, "big") + message)

    async def dismiss(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
