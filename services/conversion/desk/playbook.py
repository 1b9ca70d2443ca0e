"""The playbook of a deal, steered from its page: started, its steps done, skipped, moved, added, and stopped."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path
from pydantic import Field
from starlette.responses import Response

from services.chassis.web.door import page_router
from services.conversion.actions.deals import deal_for
from services.conversion.actions.playbook_runs import start_playbook, stop_by_hand
from services.conversion.actions.playbook_steps import add_step, finish_step, move_step
from services.conversion.desk.asks import SentForm, body_of, instant
from services.conversion.desk.deal import STAFF
from services.conversion.desk.visits import Here, attempt
from services.conversion.schemas.playbook_runs import StartPlaybook, StepAdded, StepDone, StepMoved

router: APIRouter = page_router()
Number = Annotated[int, Path(ge=1, le=10_000)]


class PlanForm(SentForm):
    """What a step of the playbook needs."""

    number: str = Field(default="1", max_length=6)
    name: str = Field(default="", max_length=100)
    response: str = Field(default="none", max_length=20)
    note: str = Field(default="", max_length=6000)
    at: str = Field(default="", max_length=40)
    kind: str = Field(default="call", max_length=20)
    text: str = Field(default="", max_length=1000)
    days: str = Field(default="0", max_length=4)


@router.post("/deals/{deal_id}/playbook", dependencies=STAFF)
async def start(visit: Here, form: Annotated[PlanForm, Form()]) -> Response:
    """Start a playbook, or the one that fits best."""

    async def act() -> str:
        body = body_of(StartPlaybook, name=form.name or None)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await start_playbook(visit.conn, deal, body.name, visit.who)
        return "playbook_started"

    return await attempt(visit, "start", form, act)


@router.post("/deals/{deal_id}/playbook/stop", dependencies=STAFF)
async def stop(visit: Here, form: Annotated[PlanForm, Form()]) -> Response:
    """Stop the playbook; its open work is cancelled."""

    async def act() -> str:
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await stop_by_hand(visit.conn, deal, visit.who)
        return "playbook_stopped"

    return await attempt(visit, "start", form, act)


@router.post("/deals/{deal_id}/playbook/{number}/done", dependencies=STAFF)
async def done(visit: Here, number: Number, form: Annotated[PlanForm, Form()]) -> Response:
    """A step was done; what the customer did decides how it goes on."""

    async def act() -> str:
        body = body_of(StepDone, response=form.response, note=form.note.strip() or None)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await finish_step(visit.conn, deal, visit.who, number, skip=False, response=body.response, note=body.note)
        return "step_done"

    return await attempt(visit, "done", form, act)


@router.post("/deals/{deal_id}/playbook/{number}/skip", dependencies=STAFF)
async def skip(visit: Here, number: Number, form: Annotated[PlanForm, Form()]) -> Response:
    """Leave a step out."""

    async def act() -> str:
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await finish_step(visit.conn, deal, visit.who, number, skip=True, response="none", note=None)
        return "step_skipped"

    return await attempt(visit, "done", form, act)


@router.post("/deals/{deal_id}/playbook/{number}/move", dependencies=STAFF)
async def move(visit: Here, number: Number, form: Annotated[PlanForm, Form()]) -> Response:
    """Give the step ahead another time."""

    async def act() -> str:
        body = body_of(StepMoved, at=instant(form.at, visit.fmt.zone, "at"))
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await move_step(visit.conn, deal, visit.who, number, body.at)
        return "step_moved"

    return await attempt(visit, "shift", form, act)


@router.post("/deals/{deal_id}/playbook/steps", dependencies=STAFF)
async def add(visit: Here, form: Annotated[PlanForm, Form()]) -> Response:
    """Put a step of one's own before those that are left."""

    async def act() -> str:
        after = f"P{form.days.strip() or '0'}D"
        body = body_of(StepAdded, kind=form.kind, text=form.text, after=after)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await add_step(visit.conn, deal, visit.who, body.step())
        return "step_added"

    return await attempt(visit, "add", form, act)
