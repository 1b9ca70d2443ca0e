"""On duty or on a break, as the bar of every page of this tier shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from services.account_mgmt.actions.breaks import begin_break, end_break
from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.desk.places import STAFF
from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import came_from, page_router, web_of

router: APIRouter = page_router()


@router.get("/duty", dependencies=STAFF)
async def duty(request: Request, conn: Conn, who: Who) -> Response:
    """Whether somebody is on duty, as a part of the bar."""
    return await _show(request, conn, who)


@router.post("/duty/break", dependencies=[allow("account_manager")])
async def take_break(request: Request, conn: Conn, who: Who, minutes: Annotated[int, Form()]) -> Response:
    """A break begins: colleagues do what is due."""
    await begin_break(conn, who, minutes)
    return await web_of(request).after(request, came_from(request), lambda: _show(request, conn, who))


@router.post("/duty/back", dependencies=[allow("account_manager")])
async def back(request: Request, conn: Conn, who: Who) -> Response:
    """Back from the break."""
    await end_break(conn, who)
    return await web_of(request).after(request, came_from(request), lambda: _show(request, conn, who))


async def _show(request: Request, conn: Connection, who: Principal) -> Response:
    bar = await read_bar(conn, who, datetime.now(UTC))
    return web_of(request).pages.parts(request, {"duty": "_duty.j2"}, bar=bar)
