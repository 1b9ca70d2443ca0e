"""Server-sent events: `GET /v1/events` passes on to browsers what `services.chassis.events` publishes.

A page that missed something is told to load again (event `resync`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import asyncpg
import structlog
from fastapi import APIRouter, Request
from starlette.responses import StreamingResponse

from services.chassis.auth import Principal
from services.chassis.db import Connection, Pool
from services.chassis.events import CHANNEL
from services.chassis.http.principal import Who, allow
from services.chassis.http.route import new_router
from services.chassis.roles import Role

_QUEUE = 200
_HEARTBEAT_SECONDS = 15.0


def _still_here() -> str:
    return ": still here\n\n"


log = structlog.get_logger(__name__)
Told = Callable[[Mapping[str, Any]], Awaitable[bool]]
"""Whether somebody may be told of an event."""
Hears = Callable[[Pool, Principal], Told | None]
"""A tier's rule of who is told what; none means that everybody is told everything."""


class EventHub:
    """One LISTEN connection per process, fanned out to every open stream."""

    def __init__(self, dsn: str, *, clock: Callable[[], float] = time.time) -> None:
        self._dsn = dsn
        self._clock = clock
        self._streams: set[asyncio.Queue[str | None]] = set()
        self._closed = asyncio.Event()
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def close(self) -> None:
        """End every stream; called first at a shutdown, which would otherwise wait for them for ever."""
        self._closed.set()
        self._lost.set()
        for queue in self._streams:
            _put(queue, None)

    async def stop(self) -> None:
        """Close the streams and the listening connection."""
        self.close()
        if self._task is not None:
            await self._task

    async def stream(
        self,
        until: float | None = None,
        *,
        told: Told | None = None,
        beat: Callable[[], str] = _still_here,
        seconds: float = _HEARTBEAT_SECONDS,
    ) -> AsyncIterator[str]:
        """Frames for one browser, from now on: events, `resync` after a gap, and a `beat` after so much silence.

        Events of which `told` says no are left out.

        Ends at `until`, in seconds since 1970: whoever listens longer must show a new token.
        """
        if self._task is None:
            self._task = asyncio.create_task(self._listen(), name="events listener")
        queue: asyncio.Queue[str | None] = asyncio.Queue(_QUEUE)
        self._streams.add(queue)
        try:
            yield ": connected\n\n"
            while not self._closed.is_set() and (left := self._left(until)) > 0:
                try:
                    frame = await asyncio.wait_for(queue.get(), min(left, seconds))
                except TimeoutError:
                    frame = beat()
                if frame is None:
                    return
                if told is None or await told(_event_of(frame)):
                    yield frame
        finally:
            self._streams.discard(queue)

    def _left(self, until: float | None) -> float:
        return math.inf if until is None else until - self._clock()

    async def _listen(self) -> None:
        delay = 0.2
        while not self._closed.is_set():
            try:
                conn = await asyncpg.connect(
                    self._dsn, timeout=5, server_settings={"application_name": "leadrelay events"}
                )
            except (OSError, TimeoutError, asyncpg.PostgresError):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closed.wait(), delay)
                delay = min(delay * 2, 10.0)
                continue
            delay = 0.2
            await self._hold(conn)

    async def _hold(self, conn: Connection) -> None:
        self._lost.clear()
        if self._closed.is_set():
            self._lost.set()
        conn.add_termination_listener(lambda *_: self._lost.set())
        try:
            await conn.add_listener(CHANNEL, lambda _c, _p, _n, payload: self._fan_out(str(payload)))
            # Whatever happened before this moment was not heard.
            self._broadcast("event: resync\ndata: {}\n\n")
            await self._lost.wait()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("events_listener_lost", error=type(error).__name__)
        finally:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await conn.close(timeout=2)

    def _fan_out(self, payload: str) -> None:
        kind = json.loads(payload).get("kind", "message")
        self._broadcast(f"event: {kind}\ndata: {payload}\n\n")

    def _broadcast(self, frame: str) -> None:
        for queue in self._streams:
            _put(queue, frame)


def _event_of(frame: str) -> Mapping[str, Any]:
    event: Mapping[str, Any] = json.loads(frame.partition("\ndata: ")[2] or "{}")
    return event


def told_to(request: Request, who: Principal) -> Told | None:
    """Which events this person may be told of, by the tier's own rule; none means all of them."""
    rule: Hears | None = request.app.state.hears
    return rule(request.app.state.pool, who) if rule is not None else None


def _put(queue: asyncio.Queue[str | None], frame: str | None) -> None:
    if queue.full():
        # A browser that cannot keep up loses its backlog and loads again, instead of filling memory.
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait("event: resync\ndata: {}\n\n")
    queue.put_nowait(frame)


def events_router() -> APIRouter:
    """`/v1/events` of a tier."""
    router = new_router(tags=["events"])

    @router.get(
        "/events",
        dependencies=[allow(Role.CALLER, Role.MANAGER, Role.ACCOUNT_MANAGER, Role.SUPERVISOR)],
        summary="Changes, as they happen",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def events(request: Request, who: Who) -> StreamingResponse:
        """Server-sent events with kind and ids; `resync` means that some may have been missed.

        The stream ends when its token does; come back with a new one.
        """
        hub: EventHub = request.app.state.events
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            hub.stream(who.expires_at, told=told_to(request, who)), media_type="text/event-stream", headers=headers
        )

    return router
