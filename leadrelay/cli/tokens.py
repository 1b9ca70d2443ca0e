"""`leadrelay token`: a token for the embedded stack."""

from __future__ import annotations

from typing import Annotated

import typer

from leadrelay.cli.common import DEFAULT_DATA, Data, Service, duration, give_up


def add_to(app: typer.Typer) -> None:
    """Register this module's commands."""
    app.command()(token)


def token(
    tier: Annotated[Service, typer.Option(metavar="TIER", help="A tier, or ops.")],
    role: Annotated[str, typer.Option(help="A role of the tier, e.g. caller, manager, supervisor.")],
    person: Annotated[str, typer.Option(metavar="ID", help="The person's id.")],
    ttl: Annotated[str, typer.Option(help="How long it is valid: 30m, 12h, 7d.")] = "12h",
    data: Data = DEFAULT_DATA,
) -> None:
    """Print a bearer token for the embedded stack. Production trusts none of these."""
    from leadrelay.stack.data_directory import DataDirectory
    from leadrelay.stack.errors import StackError
    from services.chassis.roles import ROLES

    if role not in ROLES[tier]:
        give_up(f"--role {role}: {tier} has no such role, only {', '.join(ROLES[tier])}", 2)
    length, directory = duration(ttl, "--ttl"), DataDirectory(data)
    try:
        if not directory.has_issuer():
            give_up(
                f"There is no stack in {directory.root} yet: start one with `leadrelay up`, "
                "or name its directory with --data"
            )
        print(directory.issuer().mint(tier=tier, role=role, person=person, ttl=length))
    except StackError as error:
        give_up(str(error))
