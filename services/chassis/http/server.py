"""Running an app under uvicorn: on SIGTERM it says so, then takes no new request and answers every one in flight."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import threading
from collections.abc import Generator

import structlog
import uvicorn
from fastapi import FastAPI

from services.chassis.http.lifespan import stop
from services.chassis.logging import configure_logging
from services.chassis.settings import Settings

# Beyond the time that requests may take: closing pools, then the interpreter itself.
_HARD_EXIT_EXTRA_SECONDS = 10.0
log = structlog.get_logger(__name__)


class Server(uvicorn.Server):
    """uvicorn's server, which ends streams before it waits, and exits even if a task is stuck."""

    def __init__(
        self, app: FastAPI, config: uvicorn.Config, *, hard_exit_after: float | None, drain_seconds: float = 0
    ) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds
        self._hard_exit_after = hard_exit_after
        self._hurried = asyncio.Event()

    def stop(self) -> None:
        """Ask for a graceful shutdown; a second time, for one that does not wait."""
        if self.should_exit:
            self.force_exit = True
            self._hurried.set()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what is in flight, refuse the rest, close the app."""
        if self._hard_exit_after is not None:
            timer = threading.Timer(self._hard_exit_after, _exit_now)
            timer.daemon = True
            timer.start()
        stop(self._app)
        await self._drain()
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        """Go on answering for a while. A connection that is kept would be closed under a request just being sent, which
        a proxy may not repeat; the answer that closes it tells the proxy in time.
        """
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), self._drain_seconds)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGTERM and SIGINT stop the server and nothing else: the process then ends with status 0."""
        if self._hard_exit_after is None:  # embedded in a process that has its own idea of signals
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


def _exit_now() -> None:
    log.error("hard_exit", reason="the graceful shutdown did not end in time")
    os._exit(1)


def build_server(
    app: FastAPI, *, host: str, port: int, shutdown_seconds: int, embedded: bool, drain_seconds: float = 0
) -> Server:
    """A server that is not started yet. `embedded`: the caller owns signals and calls `stop` itself."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        loop="uvloop",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=shutdown_seconds,
    )
    hard_exit = None if embedded else drain_seconds + shutdown_seconds + _HARD_EXIT_EXTRA_SECONDS
    return Server(app, config, drain_seconds=drain_seconds, hard_exit_after=hard_exit)


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve on `settings.host:port` until SIGTERM or SIGINT. Blocks; owns the event loop and the logging."""
    configure_logging(settings)
    # What was imported stays for good: a full collection that walks it again would stop every request meanwhile.
    gc.collect()
    gc.freeze()
    build_server(
        app,
        host=settings.host,
        port=settings.port,
        shutdown_seconds=settings.shutdown_seconds,
        embedded=False,
        drain_seconds=settings.drain_seconds,
    ).run()


async def serve_async(app: FastAPI, *, host: str, port: int, until: asyncio.Event, shutdown_seconds: int = 5) -> None:
    """Serve inside a running loop (a worker's health port) until the event is set; leaves signals alone.

    Raises OSError when the port is taken.
    """
    # Left to itself, uvicorn ends the whole process when it cannot listen.
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    server = build_server(app, host=host, port=port, shutdown_seconds=shutdown_seconds, embedded=True)
    serving = asyncio.create_task(server.serve([listening]))
    waiting = asyncio.create_task(until.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    server.stop()
    await serving
