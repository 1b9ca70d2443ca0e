"""The index of what supervisors decide without a programmer."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.http import Conn, Who, allow
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.settings_index import read_settings, remember_name


async def _remembered(conn: Conn, who: Who) -> None:
    await remember_name(conn, who)


SETTINGS: Final = "/conversion/desk/settings"
SUPERVISION: list[Any] = [allow("supervisor", "ops")]
"""Whoever reads the settings; ops changes none."""
SUPERVISOR: list[Any] = [allow("supervisor")]
SETTERS: list[Any] = [allow("supervisor"), Depends(_remembered)]
"""Whoever changes settings, and is called by name where it is shown who did."""

router: APIRouter = page_router("/desk/settings")


@router.get("", dependencies=SUPERVISION)
async def index(request: Request, conn: Conn, who: Who) -> Response:
    """Each editor: what it decides, what is in force, since when and by whom."""
    return await settings_page(request, conn, who, "settings/index.j2", found=await read_settings(conn))


async def settings_page(request: Request, conn: Connection, who: Principal, template: str, **shown: Any) -> Response:
    """A page of the settings; `acts` says whether its reader may change anything."""
    bar = await desk_bar(conn, who)
    return web_of(request).pages.answer(request, template, bar=bar, acts=who.role == "supervisor", **shown)
