"""`leadrelay up`, `status` and `demo`: the embedded stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, Tier, give_up


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(up)
    app.command()(status)
    app.command()(demo)


def up(
    demo: Annotated[
        bool, typer.Option(help="Watch a sample department at work, or start empty with the standard policy.")
    ] = True,
    data: Data = DEFAULT_DATA,
    port_base: Annotated[
        int, typer.Option(min=1024, max=65000, help="All ports follow this one, the APIs first.", metavar="N")
    ] = 8080,
    workers: Annotated[
        list[str] | None, typer.Option(help="How many workers a tier has; may be repeated.", metavar="TIER=N")
    ] = None,
) -> None:
    """Run everything on this machine until Ctrl-C: PostgreSQL, Temporal, APIs, workers."""
    from leadrelay.stack.data_directory import DataDirectory
    from leadrelay.stack.runner import run_stack
    from leadrelay.stack.stack import Options

    counts = dict(_worker_count(text) for text in workers or ())
    raise typer.Exit(run_stack(Options(DataDirectory(data), demo, port_base, counts)))


def _worker_count(text: str) -> tuple[str, int]:
    tier, _, count = text.partition("=")
    if tier not in list(Tier) or not count.isdecimal() or not 1 <= int(count) <= 32:
        tiers = ", ".join(Tier)
        raise typer.BadParameter(
            f"'{text}' is not TIER=N with a tier of {tiers} and N from 1 to 32", param_hint="--workers"
        )
    return tier, int(count)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    data: Data = DEFAULT_DATA,
) -> None:
    """Show the addresses and processes of a stack. Exit code 1 if it is not running."""
    from leadrelay.stack.data_directory import DataDirectory
    from leadrelay.stack.errors import StackError
    from leadrelay.stack.status import read_status, status_text

    try:
        found = read_status(DataDirectory(data))
    except StackError as error:
        give_up(str(error))
    print(json.dumps(found.model_dump(), indent=2) if as_json else status_text(found))
    raise typer.Exit(0 if found.running else 1)


def demo(data: Data = DEFAULT_DATA) -> None:
    """Let the sample department work on a running stack."""
    from leadrelay.demo.process import main

    root = Path(data).absolute()
    raise typer.Exit(main(root, root / "keys"))
