"""The index of what supervisors decide without a programmer."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.account_mgmt.actions.day import read_bar
from services.account_mgmt.actions.settings_index import read_settings
from services.account_mgmt.desk.places import SUPERVISION
from services.chassis.http import Conn, Who
from services.chassis.web.door import page_router, web_of

router: APIRouter = page_router("/desk/settings")


@router.get("", dependencies=SUPERVISION)
async def index(request: Request, conn: Conn, who: Who) -> Response:
    """Each editor: what it decides, what is in force, since when and by whom."""
    bar = await read_bar(conn, who, datetime.now(UTC))
    return web_of(request).pages.answer(request, "settings/index.j2", bar=bar, found=await read_settings(conn))
