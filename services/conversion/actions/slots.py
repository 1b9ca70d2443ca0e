"""Free time of managers: their own working hours, or the tier's, minus meetings, absences and what is kept free."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chassis.db import Connection
from services.conversion.domain.policy import Policy
from services.conversion.domain.slots import Stretch, free_slots
from services.conversion.repository import managers, meetings


async def find_slots(
    conn: Connection, policy: Policy, manager: str, start: datetime, end: datetime, length: timedelta, most: int
) -> list[Stretch]:
    """Free slots of a manager between two moments."""
    known = await managers.find(conn, manager)
    calendar = (known.hours if known else None) or policy.calendar
    booked = await meetings.busy(conn, manager, start, end)
    return free_slots(calendar, booked, start=start, end=end, length=length, most=most)
