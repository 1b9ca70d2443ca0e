"""Which databases are meant: those that the environment names, or those of the embedded stack, running or not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from leadrelay.backup.tools import BackupError
from leadrelay.stack import process
from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.ports import choose_ports, preferred_ports
from leadrelay.stack.postgres import Postgres
from leadrelay.stack.stale_processes import stop_stale_processes
from leadrelay.stack.state import State
from leadrelay.stack.status import read_status
from services.chassis.commands import commands_are_typed
from services.chassis.settings import load_settings
from workflows.contracts.base import Tier

_LOOK_EVERY = 0.1
_PORT_BASE = 8080
_START_SECONDS = 120.0


@asynccontextmanager
async def open_databases(data: DataDirectory, *, at_rest: bool) -> AsyncIterator[dict[str, str]]:
    """A DSN for each tier. A stack that does not run has its PostgreSQL started for as long as this is open.

    With `at_rest` a stack that runs is refused. Raises BackupError, StackError and SettingsError.
    """
    settings = load_settings(set())
    commands_are_typed(settings.commands)
    if settings.database_dsn or settings.database_dsns:
        dsns = {tier.value: dsn for tier in Tier if (dsn := settings.dsn_of(tier)) is not None}
        if len(dsns) < len(Tier):
            raise BackupError(
                "Each tier has its own database: LEADRELAY_DATABASE_DSN must contain {tier}, or "
                "LEADRELAY_DATABASE_DSNS name all three"
            )
        yield dsns
    elif not read_status(data).running:
        async with _started(data, at_rest) as dsns:
            yield dsns
    elif at_rest:
        raise BackupError(f"A stack runs on {data.root}: stop it first, with Ctrl-C where it was started")
    else:
        yield _dsns(Postgres(data, State.read(data.state).ports["postgres"]))


def _dsns(postgres: Postgres) -> dict[str, str]:
    return {tier.value: postgres.dsn(tier) for tier in Tier}


@asynccontextmanager
async def _started(data: DataDirectory, at_rest: bool) -> AsyncIterator[dict[str, str]]:
    """PostgreSQL alone; nobody can start the stack meanwhile."""
    if not (at_rest or data.postgres.exists()):
        raise BackupError(
            f"There is no stack in {data.root}: name another with --data, or the databases in LEADRELAY_DATABASE_DSN"
        )
    with data.held():
        state = State.read(data.state)
        stop_stale_processes(state, data.root)
        wanted = {"postgres": preferred_ports(_PORT_BASE, ())["postgres"]}
        postgres = Postgres(data, choose_ports(wanted, state.ports)["postgres"])
        await postgres.prepare()
        spec = postgres.server()
        server = await process.spawn(spec)
        try:
            await _answers(server, spec)
            await postgres.create_databases()
            yield _dsns(postgres)
        finally:
            await process.stop(server, spec, asyncio.Event())


async def _answers(server: asyncio.subprocess.Process, spec: process.ProcessSpec) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_SECONDS):
            while server.returncode is None:
                if spec.ready is None or await spec.ready():
                    return
                await asyncio.sleep(_LOOK_EVERY)
    raise BackupError(f"PostgreSQL does not start; its log is {spec.log}")


def chosen(dsns: dict[str, str], tiers: Sequence[str]) -> dict[str, str]:
    """Those of these tiers, in the order of the tiers; all if none is named."""
    return {tier: dsn for tier, dsn in dsns.items() if not tiers or tier in tiers}
