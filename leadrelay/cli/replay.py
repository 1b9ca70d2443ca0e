"""`leadrelay replay`: histories of a running server, tried on the code at hand, before it is deployed."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, duration, give_up

if TYPE_CHECKING:
    from temporalio.client import Client

    from leadrelay.replay.crew import KeyRing
    from leadrelay.replay.sources import Choice, Source

CANNOT_LOOK = 2
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}.*")


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(replay)


def replay(
    since: Annotated[
        str | None,
        typer.Option(help="What runs, and what ended since: 12h, 7d, 2026-01-31, RFC 3339. By default what runs."),
    ] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", metavar="WORKFLOW", help="Only these, e.g. ColdCall; may be repeated.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="About so many by chance, of each workflow its share.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="At most so many, the newest first.")] = None,
    at_once: Annotated[
        int | None,
        typer.Option(min=1, max=64, metavar="N", help="Processes, about 150 MB each; one a core by default."),
    ] = None,
    directory: Annotated[
        Path | None, typer.Option("--dir", exists=True, file_okay=False, help="Replay the histories in these files.")
    ] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Replay histories against this code, as its workers would. Exit code 1 if one no longer fits, 2 if it cannot look.

    From the Temporal server of the stack in --data, or of TEMPORAL_ADDRESS if that is set.
    """
    from temporalio.service import RPCError

    from leadrelay.replay.code import NAMES
    from leadrelay.replay.sources import Choice, Directory, Server

    for name in types or ():
        if name not in NAMES:
            give_up(f"--type {name}: there are {', '.join(NAMES)}", CANNOT_LOOK)
    choice = Choice(_moment(since) if since else None, types or (), limit, sample)

    async def run() -> int:
        ring = _key_ring(data)
        source = Directory(directory) if directory is not None else Server(await _client(data, ring))
        return await _replay(source, choice, ring, at_once)

    try:
        wrong = asyncio.run(run())
    except typer.Exit:  # a RuntimeError too, but everything has been said
        raise
    except (RPCError, RuntimeError, ValueError, OSError) as error:
        give_up(str(error), CANNOT_LOOK)
    raise typer.Exit(1 if wrong else 0)


async def _replay(source: Source, choice: Choice, ring: KeyRing, at_once: int | None) -> int:
    """Replay what is chosen, show how far it is and what came of it. How many no longer fit."""
    from leadrelay.replay.crew import crew, replay_all
    from leadrelay.replay.report import HowFar, Report
    from leadrelay.replay.sources import Run

    began, report = time.monotonic(), Report()
    runs = choice.of(await source.runs(choice), random.Random())  # noqa: S311 - which are looked at is no secret
    async with crew(len(runs), ring, sandbox=_sandbox(), most=at_once) as helpers:
        with HowFar(len(runs)) as shown:

            def heard(run: Run, misfit: str | None, seconds: float) -> None:
                report.take(run, misfit, seconds)
                shown.step(misfit)

            gone = await replay_all(source, runs, helpers, heard)
    print("\n".join(report.lines(time.monotonic() - began, gone)))
    return report.wrong


def _sandbox() -> bool:
    from services.chassis.settings import load_settings

    return load_settings(set()).workflow_sandbox


def _key_ring(data: Path) -> KeyRing:
    """The environment's keys and, where there is one, the stack's."""
    from leadrelay.stack.data_directory import DataDirectory
    from services.chassis.settings import SettingsError, Use, load_settings, parse_key_ring

    try:
        ring = load_settings({Use.PAYLOADS}).key_ring
    except SettingsError as error:
        give_up(str(error), CANNOT_LOOK)
    keys = DataDirectory(data).keys / "codec.key"
    return [*parse_key_ring(keys.read_text().strip()), *ring] if keys.exists() else ring


async def _client(data: Path, ring: KeyRing) -> Client:
    from temporalio.client import Client
    from temporalio.envconfig import ClientConfig

    from leadrelay.stack.data_directory import DataDirectory
    from leadrelay.stack.status import read_status
    from services.chassis.temporal import leadrelay_plugin

    config = ClientConfig.load_client_connect_config()
    if "TEMPORAL_ADDRESS" not in os.environ:
        status = read_status(DataDirectory(data))
        if not status.running:
            give_up(f"No stack runs on {status.data}, and TEMPORAL_ADDRESS is not set", CANNOT_LOOK)
        config["target_host"] = status.addresses["temporal"]
    return await Client.connect(**config, plugins=[leadrelay_plugin(ring)])


def _moment(text: str) -> str:
    if _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC).isoformat()
        except (ValueError, OverflowError):
            give_up(f"--since {text}: is no date or time", CANNOT_LOOK)
    length = duration(text, "--since")
    try:
        return (datetime.now(UTC) - length).isoformat()
    except OverflowError:
        give_up(f"--since {text}: is before all time", CANNOT_LOOK)
