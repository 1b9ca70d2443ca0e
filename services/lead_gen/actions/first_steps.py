"""What this tier still needs before its first lead can travel."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.first_steps import Step, still_needed
from services.lead_gen.repository.first_steps import prepared, there_is

_HERE = "/lead-gen/desk"
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
