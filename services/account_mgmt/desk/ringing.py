"""A customer who calls while their account manager has a page open."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.account_mgmt.actions.ringing import ringing_at
from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import page_router, web_of

router: APIRouter = page_router()


@router.get("/ringing", dependencies=[allow("account_manager", "supervisor")])
async def ringing(request: Request, conn: Conn, who: Who) -> Response:
    """Who is calling now and is put through to this person."""
    return web_of(request).pages.answer(request, "ringing_calls.j2", calls=await ringing_at(conn, who))
