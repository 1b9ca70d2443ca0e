"""The floor: the supervisor's wallboard, and the acts that belong on it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.chassis.db import Connection
from services.chassis.first_steps import next_step
from services.chassis.http import Conn, Id, Who
from services.chassis.listed import Part, Sought
from services.chassis.web.door import page_router, web_of
from services.lead_gen.actions.campaigns import pause_campaign, start_campaign
from services.lead_gen.actions.first_steps import read_first_steps, read_optional_steps
from services.lead_gen.actions.floor import read_floor
from services.lead_gen.actions.late_callbacks import give_all_to_pool, give_to_pool
from services.lead_gen.desk.places import READERS, SUPERVISOR
from services.lead_gen.domain.floor import Gone, OnFloor
from services.lead_gen.domain.policy import HOME_ZONE
from services.lead_gen.domain.window import clock_of

router: APIRouter = page_router("/desk/floor")
Asked = Annotated[Sought, Depends()]
_EVERYBODY = Sought()
_ROWS = 50


@router.get("", dependencies=READERS)
async def floor_page(request: Request, conn: Conn, who: Who, sought: Asked) -> Response:
    """The whole floor."""
    return await _whole(request, conn, who.role, sought)


@router.get("/parts", dependencies=READERS)
async def floor_parts(request: Request, conn: Conn, who: Who, sought: Asked) -> Response:
    """What changes by itself."""
    return await _show(request, conn, who.role, "floor_live.j2", sought)


@router.post("/campaigns/{campaign_id}/start", dependencies=SUPERVISOR)
async def start(request: Request, conn: Conn, who: Who, campaign_id: Id) -> Response:
    """The campaign runs, or runs again."""
    await start_campaign(conn, campaign_id, who.person)
    return await _after(request, conn, who.role)


@router.post("/campaigns/{campaign_id}/pause", dependencies=SUPERVISOR)
async def pause(request: Request, conn: Conn, who: Who, campaign_id: Id) -> Response:
    """The campaign rests; its leads go on when it runs again."""
    await pause_campaign(conn, campaign_id, who.person)
    return await _after(request, conn, who.role)


@router.post("/late/{item_id}/pool", dependencies=SUPERVISOR)
async def pool(request: Request, conn: Conn, who: Who, item_id: Id) -> Response:
    """Anybody may make the call now."""
    await give_to_pool(conn, item_id, who.person)
    return await _after(request, conn, who.role)


@router.post("/late/pool", dependencies=SUPERVISOR)
async def pool_all(request: Request, conn: Conn, who: Who) -> Response:
    """Anybody may make the late calls that nobody is making."""
    await give_all_to_pool(conn, who.person)
    return await _after(request, conn, who.role)


async def _after(request: Request, conn: Connection, role: str) -> Response:
    return await web_of(request).after(request, "/lead-gen/desk/floor", partial(_whole, request, conn, role))


async def _whole(request: Request, conn: Connection, role: str, sought: Sought = _EVERYBODY) -> Response:
    steps, optional = await read_first_steps(conn), await read_optional_steps(conn)
    more = {"steps": steps, "next": next_step(steps), "optional": optional}
    return await _show(request, conn, role, "floor.j2", sought, **more)


async def _show(request: Request, conn: Connection, role: str, template: str, sought: Sought, **more: Any) -> Response:
    floor = await read_floor(conn, datetime.now(UTC))
    everybody: list[tuple[OnFloor | Gone, bool]] = [
        *((one, False) for one in floor.people),
        *((one, True) for one in floor.gone),
    ]
    part = Part.of(sought.among(everybody, lambda row: row[0].name), sought.page, _ROWS)
    shown: dict[str, Any] = {"floor": floor, "part": part, "sought": sought, "acts": role == "supervisor", **more}
    shown |= {"home": clock_of(HOME_ZONE), "clock_of": clock_of}
    return web_of(request).pages.answer(request, template, **shown)
