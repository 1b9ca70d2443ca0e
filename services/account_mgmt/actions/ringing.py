"""Who is calling now, as far as it is this person's to answer."""

from __future__ import annotations

from services.account_mgmt.domain.ringing import Ringing
from services.account_mgmt.repository import ringing
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.roles import Role


async def ringing_at(conn: Connection, who: Principal) -> list[Ringing]:
    """The calls of the last moments: an account manager's own, and for a supervisor also those of nobody."""
    return await ringing.of_person(conn, who.person, unowned=who.role == Role.SUPERVISOR)
