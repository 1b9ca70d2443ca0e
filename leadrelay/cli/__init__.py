"""The `leadrelay` command. Each command's own imports wait until it runs: `--help` answers at once."""

from __future__ import annotations

import typer

from leadrelay.cli import data, people, processes, stack

app = typer.Typer(
    name="leadrelay",
    help="A sales department in three tiers, carried by durable Temporal workflows.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (stack, processes, people, data):
    module.add_to(app)


def main() -> None:
    """Entry point of the console script."""
    app()
