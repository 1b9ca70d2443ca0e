"""Playbooks at work on deals: started, stopped and steered by the deal's manager."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.chassis.db import Connection
from services.chassis.http import Conn, Id, Page, Who, allow, if_match, new_router, tagged
from services.conversion.actions.deals import SUPERVISOR, deal_for
from services.conversion.actions.kinds import RUNS
from services.conversion.actions.playbook_runs import start_playbook, stop_by_hand
from services.conversion.actions.playbook_steps import add_step, finish_step, move_step
from services.conversion.actions.teams import deal_seen
from services.conversion.domain.playbook_runs import Run
from services.conversion.repository import playbook_runs, playbooks
from services.conversion.schemas.playbook_runs import RunView, StartPlaybook, StepAdded, StepDone, StepMoved

router = new_router(tags=["playbooks"])
_STAFF = allow("manager", SUPERVISOR)
Number = Annotated[int, Path(ge=1, le=10_000)]


@router.get("/deals/{deal_id}/playbooks", dependencies=[_STAFF, tagged()], summary="Playbooks of a deal")
async def list_runs(deal_id: Id, conn: Conn, who: Who) -> Page[RunView]:
    """The latest first; the last 50."""
    await deal_seen(conn, deal_id, who)
    return Page(items=[await _view(conn, run) for run in await playbook_runs.of_deal(conn, deal_id)], next=None)


_EDITS = [_STAFF, if_match(list_runs, RUNS, "deal_id")]


@router.post("/deals/{deal_id}/playbook", status_code=201, dependencies=_EDITS, summary="Start a playbook on a deal")
async def start(deal_id: Id, body: StartPlaybook, conn: Conn, who: Who) -> RunView:
    """409 `playbook_runs` if one is at work on this lead, `no_playbook` if none fits."""
    deal = await deal_for(conn, deal_id, who)
    return await _view(conn, await start_playbook(conn, deal, body.name, who))


@router.post("/deals/{deal_id}/playbook/stop", dependencies=_EDITS, summary="Stop the playbook")
async def stop(deal_id: Id, conn: Conn, who: Who) -> RunView:
    """Its open work is cancelled, and mails not yet sent are withdrawn. 409 `no_playbook`."""
    deal = await deal_for(conn, deal_id, who)
    return await _view(conn, await stop_by_hand(conn, deal, who))


@router.post("/deals/{deal_id}/playbook/steps/{number}/done", dependencies=_EDITS, summary="A step was done")
async def done(deal_id: Id, number: Number, body: StepDone, conn: Conn, who: Who) -> RunView:
    """What the lead did decides how it goes on. 409 `wrong_state` if it is not the step ahead."""
    deal = await deal_for(conn, deal_id, who)
    run = await finish_step(conn, deal, who, number, skip=False, response=body.response, note=body.note)
    return await _view(conn, run)


@router.post("/deals/{deal_id}/playbook/steps/{number}/skip", dependencies=_EDITS, summary="Leave a step out")
async def skip(deal_id: Id, number: Number, conn: Conn, who: Who) -> RunView:
    """The next one is planned."""
    deal = await deal_for(conn, deal_id, who)
    return await _view(conn, await finish_step(conn, deal, who, number, skip=True, response="none", note=None))


@router.post("/deals/{deal_id}/playbook/steps/{number}/move", dependencies=_EDITS, summary="Give a step another time")
async def move(deal_id: Id, number: Number, body: StepMoved, conn: Conn, who: Who) -> RunView:
    """Only the step ahead, before it has begun."""
    deal = await deal_for(conn, deal_id, who)
    return await _view(conn, await move_step(conn, deal, who, number, body.at))


@router.post("/deals/{deal_id}/playbook/steps", status_code=201, dependencies=_EDITS, summary="Add a step")
async def add(deal_id: Id, body: StepAdded, conn: Conn, who: Who) -> RunView:
    """It comes next, after the step that is ahead now."""
    return await _view(conn, await add_step(conn, await deal_for(conn, deal_id, who), who, body.step()))


async def _view(conn: Connection, run: Run) -> RunView:
    run = await playbook_runs.get(conn, run.id)
    return RunView.of(run, await playbooks.get(conn, run.playbook_id), await playbook_runs.steps(conn, run.id))
