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
        bool, typer.Option(help="Let a sample department work, or start empty with the real policy.")
    ] = True,
    data: Data = DEFAULT_DATA,
    port_base: Annotated[
        int, typer.Option(min=1024, max=65000, help="The apis listen from the port after this one on.", metavar="N")
    ] = 8080,
    workers: Annotated[
        list[str] | None, typer.Option(help="How many workers a tier has; may be repeated.", metavar="TIER=N")
    ] = None,
) -> None:
    """Run the whole house on this machine until Ctrl-C: PostgreSQL, Temporal, apis and workers."""
    from leadrelay.stack.layout import DataDir
    from leadrelay.stack.stack import Options
    from leadrelay.stack.up import up as run

    counts = dict(_worker_count(text) for text in workers or ())
    raise typer.Exit(run(Options(DataDir.at(data), demo, port_base, counts)))


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
    """Say where the stack of a data directory listens and which processes it has; exit code 1 if it does not run."""
    from leadrelay.stack.errors import StackError
    from leadrelay.stack.layout import DataDir
    from leadrelay.stack.status import read_status, status_text

    try:
        found = read_status(DataDir.at(data))
    except StackError as error:
        give_up(str(error))
    print(json.dumps(found.model_dump(), indent=2) if as_json else status_text(found))
    raise typer.Exit(0 if found.running else 1)


def demo(data: Data = DEFAULT_DATA) -> None:
    """Let the sample department work against the stack that runs in this data directory."""
    from leadrelay.demo.process import main

    root = Path(data).absolute()
    raise typer.Exit(main(root, root / "keys"))
