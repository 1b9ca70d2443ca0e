"""When managers are away: new leads and unanswered offers go to others meanwhile."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.errors import Invalid
from services.chassis.events import publish
from services.conversion.actions.deals import now
from services.conversion.actions.meeting_hand_over import come_after_all, leave_meetings
from services.conversion.domain.absences import Absence
from services.conversion.domain.duty import BREAK, BREAKS
from services.conversion.repository import absences
from services.conversion.schemas.absences import NewAbsence


async def add_absence(conn: Connection, manager_id: str, new: NewAbsence, who: Principal) -> Absence:
    """Write an absence; once it begins, unanswered offers go on to others. Raises NotFound, Conflict `overlap`.

    For the meetings of that time supervisors find somebody: each is in their list.
    """
    added = await absences.add(conn, manager_id, new.starts_at, new.ends_at, new.reason, who.person)
    await leave_meetings(conn, manager_id, added.starts_at, added.ends_at)
    await publish(conn, "absence.changed", manager=manager_id)
    return added


async def remove_absence(conn: Connection, manager_id: str, absence_id: str) -> None:
    """Take an absence back: the manager gets leads again at once, and comes to their meetings. Raises NotFound."""
    await absences.remove(conn, manager_id, absence_id)
    await come_after_all(conn, manager_id)
    await publish(conn, "absence.changed", manager=manager_id)


async def begin_break(conn: Connection, who: Principal, minutes: int) -> Absence:
    """A manager takes a break, from now on. Raises Invalid on `minutes`, NotFound, Conflict `overlap`."""
    if minutes not in BREAKS:
        raise Invalid(f"must be one of {', '.join(map(str, BREAKS))}", field="minutes")
    at = now()
    begun = await absences.add(conn, who.person, at, at + timedelta(minutes=minutes), BREAK, who.person)
    await publish(conn, "absence.changed", manager=who.person)
    return begun


async def end_break(conn: Connection, who: Principal) -> None:
    """Back from the break, earlier than planned; without one, nothing happens."""
    if await absences.end_own(conn, who.person, BREAK, now()):
        await publish(conn, "absence.changed", manager=who.person)
