"""What this tier still needs before its first lead can travel."""

from __future__ import annotations

from services.chassis.db import Connection
from services.chassis.first_steps import Step, still_needed
from services.conversion.repository.first_steps import there_is

_HERE = "/conversion/desk"


async def read_first_steps(conn: Connection) -> list[Step]:
    """All steps while any is missing, else nothing. Of the catalogue: that there is none, or only the sample."""
    there = await there_is(conn)
    catalogue = "sample_prices" if there["sample_prices"] and not there["products"] else "products"
    # In order, each with the page where it is made; what another tier makes has none here.
    places = {"people": "people", catalogue: "", "leads": ""}
    return still_needed({**there, "sample_prices": 0}, places, _HERE)
