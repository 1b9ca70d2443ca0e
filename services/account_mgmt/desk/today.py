"""The day's list, and the card of whoever is chosen from it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.account_mgmt.desk.page import desk_page
from services.account_mgmt.desk.places import STAFF
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router

router: APIRouter = page_router()


@router.get("/", dependencies=STAFF)
async def today(request: Request, conn: Conn, who: Who) -> Response:
    """The whole desk, with the first customer of today's list."""
    return await desk_page(request, conn, who)


@router.get("/customers/{customer_id}", dependencies=STAFF)
async def one_of_them(request: Request, conn: Conn, who: Who, customer_id: Id) -> Response:
    """The whole desk, with the card of one customer."""
    return await desk_page(request, conn, who, customer_id)
