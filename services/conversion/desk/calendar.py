"""A manager's week: what is booked, kept and free, a step forward or back; a free time leads to a deal's form."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Who
from services.chassis.meanings import Day
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.deal_board import colleagues, oversees
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.manager_week import bookable, coming_days, read_week, unmanned
from services.conversion.actions.teams import check_sees_manager
from services.conversion.desk.board import STAFF
from services.conversion.desk.parts import WEEK_DAYS

router: APIRouter = page_router()
DayShown = Annotated[Day | None, Query()]
Whose = Annotated[str, Query(max_length=100)]
At = Annotated[datetime | None, Query()]


async def _context(conn: Connection, who: Principal, day: date | None, whose: str) -> dict[str, Any]:
    names = await colleagues(conn)
    manager = whose or (next(iter(names), "") if oversees(who) else who.person)
    await check_sees_manager(conn, who, manager)
    return {
        "week": await read_week(conn, manager, day),
        "one_week": timedelta(days=7),
        "names": names,
        "bar": await desk_bar(conn, who),
        "mine": manager == who.person,
        "unmanned": await unmanned(conn, who),
    }


@router.get("/calendar", dependencies=STAFF)
async def calendar(
    request: Request, conn: Conn, who: Who, day: DayShown = None, whose: Whose = "", at: At = None
) -> Response:
    """The week of `day`; with `at`, a free time, the deals that a meeting could be for."""
    context = await _context(conn, who, day, whose)
    deals = await bookable(conn, context["week"].manager) if at is not None and at.tzinfo else []
    return web_of(request).pages.answer(request, "calendar.j2", **context, at=at if deals else None, deals=deals)


@router.get("/board/calendar", dependencies=STAFF)
async def grid(request: Request, conn: Conn, who: Who, day: DayShown = None, whose: Whose = "") -> Response:
    """The grid of that week, as a part of the page."""
    return web_of(request).pages.parts(request, {"grid": "_grid.j2"}, **await _context(conn, who, day, whose))


@router.get("/board/week", dependencies=STAFF)
async def week(request: Request, conn: Conn, who: Who) -> Response:
    """My coming days, as a part of the board."""
    days = await coming_days(conn, who.person, WEEK_DAYS)
    return web_of(request).pages.parts(request, {"week": "_week.j2"}, days=days, bar=await desk_bar(conn, who))
