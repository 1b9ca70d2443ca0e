"""What this tier still needs before its first lead can travel, and what its supervisor may do besides."""

from __future__ import annotations

from typing import Final

from services.chassis.db import Connection
from services.chassis.first_steps import Step, still_needed
from services.chassis.optional_steps import still_open
from services.conversion.repository.first_steps import done_besides, there_is

_HERE = "/conversion/desk"
OPTIONAL: Final = {
    "routing": "settings/routing",
    "rules": "settings/policies",
    "commission": "settings/commission",
    "playbooks": "settings/playbooks",
    "mails": "settings/mails",
}
"""Optional steps in order, each with its editor."""


async def read_first_steps(conn: Connection) -> list[Step]:
    """All steps while any is missing, else nothing. Of the catalogue: that there is none, or only the sample."""
    there = await there_is(conn)
    catalogue = "sample_prices" if there["sample_prices"] and not there["products"] else "products"
    # In order, each with the page where it is made; what another tier makes has none here.
    places = {"people": "people", catalogue: "", "leads": ""}
    return still_needed({**there, "sample_prices": 0}, places, _HERE)


async def read_optional_steps(conn: Connection) -> list[Step]:
    """Optional steps that are neither done nor put away."""
    return await still_open(conn, await done_besides(conn), OPTIONAL, _HERE)
