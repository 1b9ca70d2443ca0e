"""Who is calling now, as far as it is this person's to answer."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.roles import Role
from services.conversion.domain.ringing import Ringing
from services.conversion.repository import ringing


async def ringing_at(conn: Connection, who: Principal) -> list[Ringing]:
    """The calls of the last moments: a manager's own, and for a supervisor also those of nobody."""
    return await ringing.of_person(conn, who.person, unowned=who.role == Role.SUPERVISOR)
