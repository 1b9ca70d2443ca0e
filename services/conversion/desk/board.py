"""The deal board: what is offered to me, what today asks for, my week, and my deals by stage."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from services.chassis.auth import Principal
from services.chassis.db import Connection
from services.chassis.first_steps import next_step
from services.chassis.http import Conn, Id, Who, allow
from services.chassis.web.door import page_router, web_of
from services.conversion.actions.deal_board import (
    colleagues,
    oversees,
    read_board,
    read_offered,
    read_today,
    rules_in_force,
)
from services.conversion.actions.deals import deal_for, move_to_stage
from services.conversion.actions.desk_bar import desk_bar
from services.conversion.actions.first_steps import read_first_steps, read_optional_steps
from services.conversion.actions.manager_week import coming_days
from services.conversion.desk.forms import StageForm
from services.conversion.desk.parts import WEEK_DAYS, View, show_lanes
from services.conversion.domain.hand_overs import DECLINES
from services.conversion.domain.today import LATER
from workflows.contracts.conversion import Stage

STAFF: list[Any] = [allow("manager", "supervisor")]
Owner = Annotated[str | None, Query(max_length=100)]
Opened = Annotated[Stage | None, Query()]

_CHOICES: dict[str, Any] = {"declines": DECLINES, "later": LATER}

router: APIRouter = page_router()


@router.get("/", dependencies=STAFF)
async def board(request: Request, conn: Conn, who: Who, owner: Owner = None, opened: Opened = None) -> Response:
    """The whole board of whoever asks; a supervisor's shows everybody's deals, or those of `owner`."""
    policy = await rules_in_force(conn)
    bar = await desk_bar(conn, who, policy)
    return web_of(request).pages.answer(
        request,
        "deal_board.j2",
        bar=bar,
        offered=await read_offered(conn, who),
        today=await read_today(conn, who, policy),
        board=await read_board(conn, who, policy, owner, opened),
        opened=opened,
        days=[] if bar.duty is None else await coming_days(conn, who.person, WEEK_DAYS, policy),
        names=await colleagues(conn),
        **_CHOICES,
        **await _first_steps(conn, who),
    )


async def _first_steps(conn: Connection, who: Principal) -> dict[str, Any]:
    """What is still missing, for whoever can mend it."""
    steps = await read_first_steps(conn) if oversees(who) else []
    return {"steps": steps, "next": next_step(steps), "optional": await read_optional_steps(conn) if steps else []}


@router.get("/board/lanes", dependencies=STAFF)
async def lanes(request: Request, conn: Conn, who: Who, owner: Owner = None, opened: Opened = None) -> Response:
    """The deals by stage, as a part of the page."""
    return await show_lanes(request, conn, who, View(owner, opened))


@router.post("/board/{deal_id}/stage", dependencies=STAFF)
async def move(request: Request, conn: Conn, who: Who, deal_id: Id, form: Annotated[StageForm, Form()]) -> Response:
    """A card was put into another lane. What the stage still asks for is said, and the card goes back."""
    await move_to_stage(conn, await deal_for(conn, deal_id, who), who, form.stage, None)
    view = View.of(request)
    return await web_of(request).after(request, view.place, lambda: show_lanes(request, conn, who, view))
