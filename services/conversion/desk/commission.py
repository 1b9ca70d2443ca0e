"""Commission of one person: a month, its entries by deal, the months before, and what each state means."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.commission_page import read_commission
from services.conversion.actions.deal_board import colleagues
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.desk.board import STAFF

router: APIRouter = page_router()
Month = Annotated[str | None, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Whose = Annotated[str, Query(max_length=100)]


@router.get("/commission", dependencies=STAFF)
async def commission(request: Request, conn: Conn, who: Who, month: Month = None, whose: Whose = "") -> Response:
    """The month's ledger of whoever asks; a supervisor chooses whose."""
    found = await read_commission(conn, who, month, whose)
    return web_of(request).pages.answer(
        request,
        "commission.j2",
        found=found,
        first_day=date.fromisoformat(f"{found.statement.month}-01"),
        bar=await desk_bar(conn, who),
        names=await colleagues(conn),
    )
