"""The right column while somebody talks: instructions found by words, and why this lead is called."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.chassis.errors import NotFound
from services.chassis.http import Conn, Id, Who
from services.chassis.web.door import page_router, web_of
from services.lead_gen.actions.calls import held_call
from services.lead_gen.actions.instructions import find_instructions, instruction_helped, new_since
from services.lead_gen.actions.why import explain
from services.lead_gen.desk.calls import CALLER
from services.lead_gen.desk.shown import Shown, after_act, show

router: APIRouter = page_router()


@router.get("/instructions", dependencies=CALLER)
async def search(request: Request, conn: Conn, who: Who, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """What the instructions say about these words; without any, what fits this step."""
    if not q.strip():
        return await show(request, conn, who.person, Shown(part="found"))
    found, news_from = await find_instructions(conn, q), await new_since(conn, who.person)
    return web_of(request).pages.answer(request, "parts/found.j2", fits=found, q=q, news_from=news_from)


@router.post("/instructions/{instruction_id}/helped", dependencies=CALLER)
async def helped(request: Request, conn: Conn, who: Who, instruction_id: Id) -> Response:
    """Say that it helped, once per call."""
    held = await held_call(conn, who.person)
    await instruction_helped(conn, instruction_id, who.person, held.item_id if held else None)
    return await after_act(request, conn, who.person, Shown(part="thanked"))


@router.get("/why", dependencies=CALLER)
async def why(request: Request, conn: Conn, who: Who) -> Response:
    """Why the lead in hand is called, and what its score is made of."""
    held = await held_call(conn, who.person)
    if held is None:
        raise NotFound("You have no lead now")
    found = await explain(conn, held.lead.id, None)
    return web_of(request).pages.answer(request, "parts/why.j2", why=found)
