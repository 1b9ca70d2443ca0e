"""When managers are away: new leads and unanswered offers go to others meanwhile."""

from __future__ import annotations

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.conversion.domain.absences import Absence
from services.conversion.repository import absences
from services.conversion.schemas.absences import NewAbsence


async def add_absence(conn: Connection, manager_id: str, new: NewAbsence, who: Principal) -> Absence:
    """Write an absence; once it begins, unanswered offers go on to others. Raises NotFound, Conflict `overlap`."""
    return await absences.add(conn, manager_id, new.starts_at, new.ends_at, new.reason, who.person)


async def remove_absence(conn: Connection, manager_id: str, absence_id: str) -> None:
    """Take an absence back: the manager gets leads again at once. Raises NotFound."""
    await absences.remove(conn, manager_id, absence_id)
