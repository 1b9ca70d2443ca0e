"""Runs the toy service as a process: `python -m tests.api.toy_server [stuck]`, settings from the environment."""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from fastapi import FastAPI

from services.chassis.http.server import Server, serve
from services.chassis.logging import configure_logging
from services.chassis.settings import load_settings
from tests.api.toy import toy_app


def add_stuck_task(app: FastAPI) -> None:
    """A route that nothing can stop, not even cancellation."""

    @app.get("/stuck")
    async def stuck() -> None:
        sys.stdout.write("stuck\n")
        sys.stdout.flush()
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue


if __name__ == "__main__":
    settings = load_settings()
    app = toy_app(settings)
    if sys.argv[1:] == ["stuck"]:
        configure_logging(settings)
        add_stuck_task(app)
        config = uvicorn.Config(app, port=settings.port, timeout_graceful_shutdown=60, log_config=None)
        Server(app, config, hard_exit_after=0.3).run()
    else:
        serve(app, settings)
