"""What this tier still needs before its first lead can travel, and what its supervisor may do besides."""

from __future__ import annotations

from typing import Final

from services.account_mgmt.actions.settings_index import DUNNING
from services.account_mgmt.repository.first_steps import done_besides, there_is
from services.chassis.db import Connection
from services.chassis.first_steps import Step, still_needed
from services.chassis.optional_steps import still_open

_HERE = "/accounts/desk"
OPTIONAL: Final = {
    "rules": "settings/policies",
    "dunning": "settings/dunning",
    "mails": "settings/mails",
}
"""Optional steps in order, each with its editor."""
# In order, each with the page where it is made; what another tier makes has none here.
_PLACES = {
    "people": "people",
    "legal_entity": "settings/legal-entities",
    "products": "settings/products",
}


async def read_first_steps(conn: Connection) -> list[Step]:
    """All steps while any is missing, else nothing."""
    return still_needed(await there_is(conn), _PLACES, _HERE)


async def read_optional_steps(conn: Connection) -> list[Step]:
    """Optional steps that are neither done nor put away."""
    return await still_open(conn, await done_besides(conn, DUNNING), OPTIONAL, _HERE)
