"""The day's list, the card of whoever is chosen from it, and what has been done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.account_mgmt.actions.customer_desk import current_id
from services.account_mgmt.actions.day import read_bar, read_done
from services.account_mgmt.desk.page import desk_page
from services.account_mgmt.desk.places import STAFF, customer_path
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of

router: APIRouter = page_router()
Say = Literal["ordered", "later", "not_now", "need_changed", "complaint", "left"]


@router.get("/", dependencies=STAFF)
async def today(request: Request, conn: Conn, who: Who, all: bool = False) -> Response:
    """The whole desk, with the first customer of today's list."""
    return await desk_page(request, conn, who, all=all)


@router.get("/customers/{customer_id}", dependencies=STAFF)
async def one_of_them(
    request: Request, conn: Conn, who: Who, customer_id: Id, say: Say | None = None, all: bool = False
) -> Response:
    """The whole desk, with the card of one customer; `say` opens the form of an outcome."""
    if (theirs := await current_id(conn, customer_id)) != customer_id:
        return RedirectResponse(customer_path(theirs), status_code=303)
    return await desk_page(request, conn, who, customer_id, say=say, all=all)


@router.get("/done", dependencies=STAFF)
async def done_today(request: Request, conn: Conn, who: Who) -> Response:
    """What this person has done today, the latest first."""
    now = datetime.now(UTC)
    found = await read_done(conn, who, now)
    return web_of(request).pages.answer(request, "done_today.j2", bar=await read_bar(conn, who, now), found=found)
