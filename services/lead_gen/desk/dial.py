"""The telephone of the call desk: call, hang up, and what the switchboard says meanwhile."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.web.door import page_router, web_of
from services.chassis.web.site import is_lively
from services.lead_gen.actions.dials import After, ask_dial, hang_up, line_of
from services.lead_gen.schemas.dials import AskDial

HERE = "/lead-gen/desk/"
CALLER: list[Any] = [allow("caller")]

router: APIRouter = page_router()


class DialForm(BaseModel):
    """Which lead, under which lease, and which of its numbers."""

    model_config = ConfigDict(extra="ignore")

    item_id: Id
    token: int
    phone: str = Field(default="", max_length=40)


class HangUpForm(BaseModel):
    """Which lead."""

    model_config = ConfigDict(extra="ignore")

    item_id: Id


def _after(request: Request, tasks: BackgroundTasks) -> After:
    """What goes to the switchboard once this request is committed and answered."""
    return After(request.app.state.pool, request.app.state.switchboard, tasks.add_task)


AfterCommit = Annotated[After, Depends(_after)]


@router.get("/dial", dependencies=CALLER)
async def look(request: Request, conn: Conn, who: Who, item: Annotated[str, Query(max_length=64)] = "") -> Response:
    """The telephone as it is now; nothing for the page of another call: no number belongs beside another name."""
    line = await line_of(conn, who.person)
    if item and line is not None and line.item_id != item:
        return Response(status_code=204)
    return await _telephone(request, conn, who.person)


@router.post("/dial", dependencies=CALLER)
async def dial(
    request: Request, conn: Conn, who: Who, form: Annotated[DialForm, Form()], after: AfterCommit
) -> Response:
    """Call a number of the lead in hand."""
    asked = AskDial(token=form.token, phone=form.phone or None)
    after.dial(await ask_dial(conn, form.item_id, asked, who.person, by_link=after.by_link))
    return await _telephone(request, conn, who.person)


@router.post("/hang-up", dependencies=CALLER)
async def end(
    request: Request, conn: Conn, who: Who, form: Annotated[HangUpForm, Form()], after: AfterCommit
) -> Response:
    """Hang up."""
    after.hang_up(await hang_up(conn, form.item_id, who.person))
    return await _telephone(request, conn, who.person)


async def _telephone(request: Request, conn: Connection, caller: str) -> Response:
    """The part of the page; for a browser without script, the way back to the page."""
    if request.method != "GET" and not is_lively(request):
        return RedirectResponse(HERE, status_code=303)
    return web_of(request).pages.answer(request, "dial.j2", line=await line_of(conn, caller))
