"""The calendar of one account manager's contacts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.account_mgmt.actions.calendar import read_calendar
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.desk.month import bounds, first_of, month_of
from services.account_mgmt.desk.places import STAFF
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.chassis.web.pages import Reader

router: APIRouter = page_router()
Text = Annotated[str | None, Query(max_length=10)]


@router.get("/calendar", dependencies=STAFF)
async def calendar(request: Request, conn: Conn, who: Who, month: Text = None, day: Text = None) -> Response:
    """A month: reminders to come, what was said, and invoices that fall due; `day` opens one of its days."""
    now = datetime.now(UTC)
    zone = Reader.of(request).formats(now).zone
    today = now.astimezone(zone).date()
    first = first_of(month or (day and day[:7]), today)
    shown = month_of(first, today, zone, await read_calendar(conn, who, *bounds(first, zone)))
    opened = next((cell for week in shown.weeks for cell in week if cell.day.isoformat() == day), None)
    bar = await read_bar(conn, who, now)
    return web_of(request).pages.answer(request, "calendar.j2", bar=bar, month=shown, opened=opened, live=True)
