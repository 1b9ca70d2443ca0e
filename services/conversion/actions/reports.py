"""Figures put together from several queries."""

from __future__ import annotations

from datetime import datetime

from services.chassis.db import Connection
from services.conversion.domain.reports import ManagerFigures, PlaybookFigures, team, with_reasons
from services.conversion.repository import reports


async def read_managers(
    conn: Connection, start: datetime, end: datetime
) -> tuple[list[ManagerFigures], ManagerFigures]:
    """Every manager between two moments, and the team."""
    items = await reports.managers(conn, start, end)
    contact, age = await reports.first_contact_median(conn, start, end), await reports.age_median(conn)
    return items, team(items, contact, age)


async def read_playbooks(
    conn: Connection, start: datetime, end: datetime
) -> tuple[list[PlaybookFigures], PlaybookFigures]:
    """Every version of a playbook by the time of entry, and the deals of that time without any."""
    items = with_reasons(
        await reports.playbook_results(conn, start, end), await reports.playbook_stops(conn, start, end)
    )
    return items, await reports.without_playbook(conn, start, end)
