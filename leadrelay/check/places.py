"""Where to look: the databases and Temporal of the embedded stack, or those that the environment names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.errors import StackError
from leadrelay.stack.ports import HOST
from leadrelay.stack.postgres import Postgres
from leadrelay.stack.state import State
from leadrelay.stack.status import read_status
from services.chassis.commands import commands_are_typed
from services.chassis.settings import Use, load_settings, parse_key_ring
from services.chassis.temporal import leadrelay_plugin
from workflows.contracts.base import Tier


class CannotLook(Exception):
    """There is nothing to look at; the message says why."""


@dataclass(frozen=True)
class Places:
    """A DSN for each tier, a client of Temporal, and the address of its pages."""

    dsns: Mapping[str, str]
    temporal: Client
    temporal_pages: str


async def find_places(data: DataDirectory) -> Places:
    """The environment's places if it names them, else those of the stack in `data`.

    Raises CannotLook, SettingsError, and what Temporal raises when it is not there.
    """
    settings = load_settings({Use.PAYLOADS})
    commands_are_typed(settings.commands)
    config = ClientConfig.load_client_connect_config()
    if (settings.database_dsn or settings.database_dsns) and "TEMPORAL_ADDRESS" in os.environ:
        dsns = {tier.value: dsn for tier in Tier if (dsn := settings.dsn_of(tier)) is not None}
        if len(dsns) < len(Tier):
            raise CannotLook(
                "Each tier has its own database: LEADRELAY_DATABASE_DSN must contain {tier}, or "
                "LEADRELAY_DATABASE_DSNS name all three"
            )
    else:
        return await stack_places(data)
    return Places(dsns, await _client(config, settings.key_ring), settings.temporal_pages)


async def stack_places(data: DataDirectory) -> Places:
    """The places of the stack that runs in `data`, whatever the environment names. Raises CannotLook."""
    config = ClientConfig.load_client_connect_config()
    dsns, config["target_host"], pages = _of_stack(data)
    ring = [*parse_key_ring(data.codec_keys()), *load_settings(set()).key_ring]
    return Places(dsns, await _client(config, ring), pages)


async def _client(config: ClientConnectConfig, ring: Sequence[tuple[str, bytes]]) -> Client:
    try:
        return await Client.connect(**config, plugins=[leadrelay_plugin(ring)])
    except RuntimeError as error:
        raise CannotLook(f"Temporal does not answer: {error}") from None


def _of_stack(data: DataDirectory) -> tuple[dict[str, str], str, str]:
    try:
        if not read_status(data).running:
            raise CannotLook(
                f"No stack runs on {data.root}: start one with `leadrelay up`, or set LEADRELAY_DATABASE_DSN and "
                "TEMPORAL_ADDRESS. In containers: docker compose run --rm tools, and the command's name"
            )
        ports = State.read(data.state).ports
        postgres = Postgres(data, ports["postgres"])
    except StackError as error:
        raise CannotLook(str(error)) from None
    dsns = {tier.value: postgres.dsn(tier) for tier in Tier}
    return dsns, f"{HOST}:{ports['temporal']}", f"http://{HOST}:{ports['temporal_ui']}"
