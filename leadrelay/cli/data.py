"""`leadrelay import` and `replay`: files in, histories checked."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, duration, give_up

if TYPE_CHECKING:
    from temporalio.client import Client

    from leadrelay.history_replay import KeyRing

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}.*")


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command("import")(import_file)
    app.command()(replay)
    app.command()(call)


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV or XLSX file.")],
    default_region: Annotated[str, typer.Option(help="Region of phone numbers without a country code.")] = "UA",
    mapping: Annotated[str, typer.Option(help="auto, or a JSON object field -> column.")] = "auto",
    customers: Annotated[
        bool, typer.Option("--customers", help="Existing customers with their past orders, into tier 3.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Give every verdict and change nothing.")] = False,
    encoding: Annotated[str | None, typer.Option(help="Of a text file, such as cp1251; else detected.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook in which several could be meant.")] = None,
    url: Annotated[str | None, typer.Option(help="The service's address, if not the stack's in --data.")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="LEADRELAY_TOKEN", help="A supervisor's token, needed with --url.")
    ] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Import a file of leads or customers, with its progress."""
    from leadrelay.import_client import ImportRefused, Wanted, run_import, summary, understood

    if url is None:
        tier = "account_mgmt" if customers else "lead_gen"
        url, token = _stack_address(data, tier), token or _stack_token(data, tier)
    if token is None:
        give_up("--url needs a supervisor's token in LEADRELAY_TOKEN", 2)
    try:
        done = run_import(url, token, Wanted(file, default_region, mapping, dry_run, encoding, sheet))
        typer.echo(understood(done), err=True)
        print(summary(done))
    except ImportRefused as error:
        give_up(str(error))


def call(
    number: Annotated[str, typer.Argument(help="Who calls, e.g. +380441234567.")],
    missed: Annotated[bool, typer.Option("--missed", help="Nobody picks up: a call back is promised.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Simulate a call to a running stack, as a switchboard reports it; show where it goes."""
    import uuid

    import httpx

    from leadrelay.switchboard_simulator import Switchboard
    from services.chassis.settings import Settings

    switchboard = Switchboard(_stack_address(data), Settings().telephony_secret)
    try:
        told = switchboard.call(number, f"cli-{uuid.uuid4()}", missed=missed)
    except httpx.HTTPStatusError as error:
        give_up(str(error.response.json().get("detail", error)))
    except httpx.HTTPError as error:
        give_up(f"lead_gen does not answer: {error}")
    owner = f", {told['owner']}" if told["owner"] else ""
    print(f"{told['state']}: to {told['routed_to']}{owner} (lead {told['lead_id']}, {told['stage']})")


def _stack_address(data: Path, tier: str = "lead_gen") -> str:
    from leadrelay.stack.data_directory import DataDirectory
    from leadrelay.stack.errors import StackError
    from leadrelay.stack.status import read_status

    try:
        status = read_status(DataDirectory(data))
    except StackError as error:
        give_up(str(error))
    if not status.running:
        give_up(f"No stack runs on {status.data}: start one with `leadrelay up`, or name the service with --url")
    return status.addresses[tier]


def _stack_token(data: Path, tier: str) -> str:
    from leadrelay.stack.data_directory import DataDirectory
    from leadrelay.stack.errors import StackError

    try:
        return DataDirectory(data).issuer().mint(tier=tier, role="supervisor", person="import")
    except StackError as error:
        give_up(str(error))


def replay(
    since: Annotated[
        str | None, typer.Option(help="Also histories that ended since: 24h, 7d, 2026-01-31. By default, running ones.")
    ] = None,
    directory: Annotated[
        Path | None, typer.Option("--dir", exists=True, file_okay=False, help="Replay the histories in these files.")
    ] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Replay histories against this code. Exit code 1 if one no longer fits.

    From the Temporal server of the stack in --data, or of TEMPORAL_ADDRESS if that is set.
    """
    from temporalio.service import RPCError

    from leadrelay.history_replay import from_directory, from_server, replay

    moment = _moment(since) if since else None

    async def run() -> tuple[int, dict[str, str]]:
        ring = _key_ring(data)
        if directory is not None:
            return await replay(from_directory(directory), ring)
        client = await _client(data, ring)
        return await replay(from_server(client, moment), ring)

    try:
        count, failures = asyncio.run(run())
    except typer.Exit:  # a RuntimeError too, but everything has been said
        raise
    except (RPCError, RuntimeError, ValueError, OSError) as error:
        give_up(str(error))
    for name, reason in failures.items():
        print(f"{name}: {reason}")
    print(f"{count} histories replayed, {len(failures)} no longer fit")
    raise typer.Exit(1 if failures else 0)


def _key_ring(data: Path) -> KeyRing:
    """The environment's keys and, where there is one, the stack's."""
    from leadrelay.stack.data_directory import DataDirectory
    from services.chassis.settings import SettingsError, load_settings, parse_key_ring

    try:
        ring = load_settings().key_ring
    except SettingsError as error:
        give_up(str(error))
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
            give_up(f"No stack runs on {status.data}, and TEMPORAL_ADDRESS is not set")
        config["target_host"] = status.addresses["temporal"]
    return await Client.connect(**config, plugins=[leadrelay_plugin(ring)])


def _moment(text: str) -> str:
    if _MOMENT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC).isoformat()
        except (ValueError, OverflowError):
            give_up(f"--since {text}: is no date or time", 2)
    length = duration(text, "--since")
    try:
        return (datetime.now(UTC) - length).isoformat()
    except OverflowError:
        give_up(f"--since {text}: is before all time", 2)
