"""What a manager does with a deal on its page: answer, note, qualify, plan, move on, win, lose, sleep, return."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from fastapi import APIRouter, Form
from pydantic import Field
from starlette.responses import Response

from services.chassis.errors import Invalid
from services.chassis.web.door import page_router
from services.conversion.actions.answers import answer_question
from services.conversion.actions.deal_closing import lose_deal, win_deal
from services.conversion.actions.deal_page import check_seen
from services.conversion.actions.deals import (
    SUPERVISOR,
    deal_for,
    move_to_stage,
    plan_next_step,
    qualify_deal,
    write_note,
)
from services.conversion.actions.reassignment import give_back_deal
from services.conversion.desk.asks import SentForm, body_of, day, instant
from services.conversion.desk.deal import STAFF
from services.conversion.desk.lines import LinesForm, new_offer, typed_rows
from services.conversion.desk.visits import Here, Visit, attempt
from services.conversion.domain.stages import FACTS, WORKED
from services.conversion.schemas.deals import Loss, NewStage, NextStep, Note, Qualification, QuestionAnswer, Win
from services.conversion.schemas.reassignment import GiveBack
from workflows.contracts.conversion import Stage

_MORNING = time(9)
_LONG = 6000
"""Characters that a form takes; how many a text may have is said beside its field."""

router: APIRouter = page_router()


class TextForm(SentForm):
    """One text, and a word about it."""

    text: str = Field(default="", max_length=_LONG)
    publish: bool = False


class FactsForm(SentForm):
    """What is known; an empty field leaves a fact as it is."""

    need: str = Field(default="", max_length=_LONG)
    volume: str = Field(default="", max_length=_LONG)
    products: str = Field(default="", max_length=_LONG)
    authority: str = Field(default="", max_length=_LONG)
    timing: str = Field(default="", max_length=_LONG)
    current_supplier: str = Field(default="", max_length=_LONG)


class StepForm(SentForm):
    """The next step, its time on the reader's clock."""

    what: str = Field(default="", max_length=_LONG)
    at: str = Field(default="", max_length=40)


class StageForm(SentForm):
    """The stage to move to."""

    stage: str = Field(default="", max_length=40)


class LossForm(SentForm):
    """Why it came to nothing, or until when it sleeps."""

    code: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=_LONG)
    until: str = Field(default="", max_length=40)


@router.post("/deals/{deal_id}/answer", dependencies=STAFF)
async def answer(visit: Here, form: Annotated[TextForm, Form()]) -> Response:
    """Answer the question that stands on top."""

    async def act() -> str:
        body = body_of(QuestionAnswer, text=form.text, publish=form.publish)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await check_seen(visit.conn, deal, visit.who, form.seen, "answer")
        await answer_question(visit.conn, deal, visit.who, body.text, publish=body.publish)
        return "answered"

    return await attempt(visit, "answer", form, act)


@router.post("/deals/{deal_id}/note", dependencies=STAFF)
async def note(visit: Here, form: Annotated[TextForm, Form()]) -> Response:
    """Add a note; the deal does not move."""

    async def act() -> str:
        body = body_of(Note, text=form.text)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who, allowed=set(Stage))
        await write_note(visit.conn, deal, visit.who, body.text)
        return "noted"

    return await attempt(visit, "note", form, act)


@router.post("/deals/{deal_id}/qualify", dependencies=STAFF)
async def qualify(visit: Here, form: Annotated[FactsForm, Form()]) -> Response:
    """Write down what was learned; the stage follows once enough is known."""

    async def act() -> str:
        told = {name: getattr(form, name).strip() or None for name in FACTS}
        body = body_of(Qualification, **told)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await check_seen(visit.conn, deal, visit.who, form.seen, "qualification")
        await qualify_deal(visit.conn, deal, visit.who, body.model_dump())
        return "qualified"

    return await attempt(visit, "qualify", form, act)


@router.post("/deals/{deal_id}/step", dependencies=STAFF)
async def step(visit: Here, form: Annotated[StepForm, Form()]) -> Response:
    """The step is done; this comes next."""

    async def act() -> str:
        body = body_of(NextStep, what=form.what, at=instant(form.at, visit.fmt.zone, "at"))
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await check_seen(visit.conn, deal, visit.who, form.seen, "next_step")
        await plan_next_step(visit.conn, deal, visit.who, body.what, body.at)
        return "planned"

    return await attempt(visit, "step", form, act)


@router.post("/deals/{deal_id}/stage", dependencies=STAFF)
async def stage(visit: Here, form: Annotated[StageForm, Form()]) -> Response:
    """Move the deal on by hand, if it has what the stage asks for."""

    async def act() -> str:
        body = body_of(NewStage, stage=form.stage)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await check_seen(visit.conn, deal, visit.who, form.seen, "stage")
        await move_to_stage(visit.conn, deal, visit.who, body.stage, None)
        return "moved"

    return await attempt(visit, "stage", form, act)


@router.post("/deals/{deal_id}/win", dependencies=STAFF)
async def win(visit: Here, form: Annotated[LinesForm, Form()]) -> Response:
    """Close the sale with what the offer says, or with the lines of the form."""

    async def act() -> str:
        body = _sale(form)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await check_seen(visit.conn, deal, visit.who, form.seen)
        await win_deal(visit.conn, deal, visit.who, body)
        return "won"

    return await attempt(visit, "win", form, act)


def _sale(form: LinesForm) -> Win:
    """The offer that was chosen, or the lines of the form."""
    note = form.note.strip() or None
    if form.source == "offer":
        return body_of(Win, offer_id=form.offer or None, note=note)
    new = new_offer(typed_rows(form.model_dump()), form.discount, "")
    return body_of(Win, lines=new.lines, discount_percent=new.discount_percent, note=note)


@router.post("/deals/{deal_id}/lose", dependencies=STAFF)
async def lose(visit: Here, form: Annotated[LossForm, Form()]) -> Response:
    """Give the deal up; for some reasons the policy lets it sleep and come back."""

    async def act() -> str:
        return await _end(visit, form, "lost")

    return await attempt(visit, "lose", form, act)


@router.post("/deals/{deal_id}/sleep", dependencies=STAFF)
async def sleep(visit: Here, form: Annotated[LossForm, Form()]) -> Response:
    """Let the deal sleep until a day; then it is offered again."""

    async def act() -> str:
        if not form.until.strip():
            raise Invalid("say until when", field="until")
        return await _end(visit, form, "asleep")

    return await attempt(visit, "sleep", form, act)


async def _end(visit: Visit, form: LossForm, said: str) -> str:
    wakes = day(form.until, visit.fmt.zone, "until", _MORNING)
    body = body_of(Loss, reason=form.reason, code=form.code or None, return_at=wakes)
    # A lead that nobody wants is the supervisor's to give up.
    allowed = {*WORKED, Stage.OFFERED} if visit.who.role == SUPERVISOR else set(WORKED)
    deal = await deal_for(visit.conn, visit.deal_id, visit.who, allowed=allowed)
    await check_seen(visit.conn, deal, visit.who, form.seen)
    await lose_deal(visit.conn, deal, visit.who, body.reason, body.return_at, body.code)
    return said


@router.post("/deals/{deal_id}/return", dependencies=STAFF)
async def give_back(visit: Here, form: Annotated[TextForm, Form()]) -> Response:
    """Give the deal back; it is offered to the others."""

    async def act() -> str:
        body = body_of(GiveBack, reason=form.text)
        deal = await deal_for(visit.conn, visit.deal_id, visit.who)
        await check_seen(visit.conn, deal, visit.who, form.seen)
        await give_back_deal(visit.conn, deal, visit.who, body.reason)
        return "returned"

    return await attempt(visit, "return", form, act)
