"""Calendars of contacts: one account manager's, and one customer's."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.account_mgmt.actions.contact_schedule import read_contact_schedule
from services.account_mgmt.domain.touches import Touch, touches_of
from services.account_mgmt.repository import calendar, story
from services.account_mgmt.repository.policies import policies
from services.chassis.auth import Principal
from services.chassis.db import Connection

_MOST = 600
_MOST_PAST = 200


async def read_calendar(conn: Connection, who: Principal, begin: datetime, end: datetime) -> list[Touch]:
    """This person's contacts of a time, in order."""
    return await calendar.touches(conn, who.person, begin, end, _MOST)


async def read_cap(conn: Connection) -> timedelta:
    """The frequency cap: never two reminders of a customer within this."""
    return (await policies.rules(conn)).nudge_gap


async def read_touches(conn: Connection, customer_id: str, begin: datetime, end: datetime) -> list[Touch]:
    """One customer's contacts of a time, in order; and everything still to come. Raises NotFound."""
    past = await story.page(conn, customer_id, limit=_MOST_PAST, before=(end, ""))
    planned = await read_contact_schedule(conn, customer_id)
    return touches_of([event for event in past if event.at >= begin], planned)
