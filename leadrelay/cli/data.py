"""`leadrelay import` and `call`: files and calls in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, give_up


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command("import")(import_file)
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
