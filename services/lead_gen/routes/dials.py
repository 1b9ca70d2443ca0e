"""Dialling at the call desk: by the switchboard, or kept as dialled by hand where there is none."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Request

from services.chassis.http import Conn, Id, Who, allow, new_router
from services.lead_gen.actions.dials import After, ask_dial, hang_up
from services.lead_gen.schemas.dials import AskDial, DialView

router: APIRouter = new_router(tags=["calls"])
CALLER = [allow("caller")]


def _after(request: Request, tasks: BackgroundTasks) -> After:
    """What is sent to the switchboard once this request is committed and answered."""
    return After(request.app.state.pool, request.app.state.switchboard, tasks.add_task)


AfterCommit = Annotated[After, Depends(_after)]


@router.post("/calls/{item_id}/dial", status_code=201, dependencies=CALLER, summary="Dial a number of the lead in hand")
async def dial(conn: Conn, who: Who, item_id: Id, body: AskDial, after: AfterCommit) -> DialView:
    """The switchboard is asked after this answer; `dial.changed` tells what becomes of it. Keeps the lead.

    Without a switchboard it is kept as dialled by a link. 409 `already_dialling`, `stale_lease`.
    """
    asked = await ask_dial(conn, item_id, body, who.person, by_link=after.by_link)
    after.dial(asked)
    return DialView.of(asked)


@router.post("/calls/{item_id}/hang-up", dependencies=CALLER, summary="Hang up")
async def end(conn: Conn, who: Who, item_id: Id, after: AfterCommit) -> DialView:
    """Ends your call of this lead. 409 `not_dialling` when it is over already."""
    ended = await hang_up(conn, item_id, who.person)
    after.hang_up(ended)
    return DialView.of(ended)
