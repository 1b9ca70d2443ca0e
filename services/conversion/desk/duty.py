"""The parts of the bar that every page of this tier has: its figures, and on duty or on a break."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.absences import begin_break, end_break
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.desk.board import STAFF
from services.conversion.desk.parts import page_of, show_duty

router: APIRouter = page_router()


@router.get("/duty", dependencies=STAFF)
async def duty(request: Request, conn: Conn, who: Who) -> Response:
    """Whether somebody is on duty, as a part of the bar."""
    return await show_duty(request, conn, who)


@router.get("/figures", dependencies=STAFF)
async def figures(request: Request, conn: Conn, who: Who) -> Response:
    """What the bar counts, as a part of it."""
    return web_of(request).pages.parts(request, {"figures": "_figures.j2"}, bar=await desk_bar(conn, who))


@router.post("/duty/break", dependencies=[allow("manager")])
async def take_break(request: Request, conn: Conn, who: Who, minutes: Annotated[int, Form()]) -> Response:
    """A break begins: new leads go to others."""
    await begin_break(conn, who, minutes)
    return await web_of(request).after(request, page_of(request), lambda: show_duty(request, conn, who))


@router.post("/duty/back", dependencies=[allow("manager")])
async def back(request: Request, conn: Conn, who: Who) -> Response:
    """Back from the break."""
    await end_break(conn, who)
    return await web_of(request).after(request, page_of(request), lambda: show_duty(request, conn, who))
