"""The `leadrelay` command. Each command's own imports wait until it runs: `--help` answers at once."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from leadrelay.cli import backup, check, data, environment, plan, processes, replay, stack, story, tokens

app = typer.Typer(
    name="leadrelay",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (stack, processes, tokens, data, check, backup, story, replay, environment, plan):
    module.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"leadrelay {version('leadrelay')}")
        raise typer.Exit


@app.callback()
def leadrelay(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """A sales department in three tiers, carried by durable Temporal workflows."""


def main() -> None:
    """Entry point of the console script."""
    app()
