"""`leadrelay token`: who somebody is, for the embedded stack."""

from __future__ import annotations

from typing import Annotated

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, Service, duration, give_up


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(token)


def token(
    tier: Annotated[Service, typer.Option(metavar="TIER", help="A tier, or ops.")],
    role: Annotated[str, typer.Option(help="What the person is there, e.g. caller, manager, supervisor.")],
    person: Annotated[str, typer.Option(metavar="ID", help="The person's id.")],
    ttl: Annotated[str, typer.Option(help="How long it is good for: 30m, 12h, 7d.")] = "12h",
    data: Data = DEFAULT_DATA,
) -> None:
    """Print a bearer token for the embedded stack. Production trusts none of these."""
    from leadrelay.stack.errors import StackError
    from leadrelay.stack.layout import DataDir

    length, house = duration(ttl, "--ttl"), DataDir.at(data)
    try:
        if not house.has_keys():
            give_up(
                f"There is no stack in {house.root} yet: start one with `leadrelay up`, "
                "or name its directory with --data"
            )
        print(house.issuer().mint(tier=tier, role=role, person=person, ttl=length))
    except StackError as error:
        give_up(str(error))
