"""What this tier still needs before its first lead can travel, and what its supervisor may do besides."""

from __future__ import annotations

from typing import Final

from services.chassis.db import Connection
from services.chassis.first_steps import Step, still_needed
from services.chassis.optional_steps import still_open
from services.lead_gen.repository.first_steps import done_besides, prepared, there_is

_HERE = "/lead-gen/desk"
OPTIONAL: Final = {
    "rules": "settings/policy",
    "instructions": "settings/instructions/new",
}
"""Optional steps in order, each with its editor."""
# In order, each with the page where it is made; what another tier makes has none here.
_PLACES = {
    "people": "people",
    "leads": "files",
    "criteria": "settings/criteria/new",
    "scripts": "settings/scripts/new",
    "campaigns": "campaigns/new",
}


async def read_first_steps(conn: Connection) -> list[Step]:
    """All steps while any is missing, else nothing."""
    there = await there_is(conn)
    # Whoever has prepared a campaign shall start that one, on its page.
    waits = None if there["campaigns"] else await prepared(conn)
    return still_needed(there, _PLACES | ({"campaigns": f"campaigns/{waits}"} if waits else {}), _HERE)


async def read_optional_steps(conn: Connection) -> list[Step]:
    """Optional steps that are neither done nor put away."""
    return await still_open(conn, await done_besides(conn), OPTIONAL, _HERE)
