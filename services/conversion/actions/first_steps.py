"""What this tier still needs before its first lead can travel."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.first_steps import Step, still_needed
from services.conversion.repository.first_steps import there_is

_HERE = "/conversion/desk"
# In order, each with the page where it is made; what another tier makes has none here.
_PLACES = {
    "people": "people",
    "products": "",
    "leads": "",
}


async def read_first_steps(conn: Connection) -> list[Step]:
    """All steps while any is missing, else nothing."""
    return still_needed(await there_is(conn), _PLACES, _HERE)
