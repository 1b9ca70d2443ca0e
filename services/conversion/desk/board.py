"""The deal board: what is offered to me, what today asks for, my week, and my deals by stage."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.desk_bar import desk_bar

STAFF: list[Any] = [allow("manager", "supervisor")]

router: APIRouter = page_router()


@router.get("/", dependencies=STAFF)
async def board(request: Request, conn: Conn, who: Who) -> Response:
    """The whole board of whoever asks; a supervisor's shows everybody's deals."""
    return web_of(request).pages.answer(request, "deal_board.j2", bar=await desk_bar(conn, who))
