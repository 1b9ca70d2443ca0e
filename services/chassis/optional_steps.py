"""What a department may do once it works: what is still as it was shipped, until it is changed or not wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, LiteralString

from services.chassis.db import Connection
from services.chassis.first_steps import Step

BY_NOBODY: Final[LiteralString] = "('seed', 'setup', 'migration', 'leadrelay')"
"""Who wrote what a new department comes with, for SQL."""


async def still_open(conn: Connection, done: Mapping[str, bool], places: Mapping[str, str], here: str) -> list[Step]:
    """Those of `places`, in their order, that are neither done nor dismissed; a place is relative to `here`."""
    dismissed = {row["step"] for row in await conn.fetch("SELECT step FROM steps_dismissed")}
    return [
        Step(name, 0, f"{here}/{place}") for name, place in places.items() if not done[name] and name not in dismissed
    ]


async def dismiss(conn: Connection, step: str, by: str) -> None:
    """Nobody is reminded of this step any more."""
    await conn.execute("INSERT INTO steps_dismissed (step, by) VALUES ($1, $2) ON CONFLICT (step) DO NOTHING", step, by)
